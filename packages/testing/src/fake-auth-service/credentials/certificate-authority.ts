// @peculiar/x509 asks for it to be loaded first.
import "reflect-metadata";
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";

const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** Object identifier under which Teleport writes the issuing cluster's name into a user certificate. */
const CLUSTER_NAME_OID = "1.3.9999.1.7";
const STREET_ADDRESS_OID = "2.5.4.9";
const POSTAL_CODE_OID = "2.5.4.17";

/** When a certificate is good. Judged by OpenSSL on the machine's own clock, never on an injected one. */
export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

export interface IssuedCertificate {
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly privateKeyPem: string;
  readonly privateKey: KeyObject;
}

/** Types of keys that users of Teleport have. */
export type UserKeyType = "ec" | "ed25519" | "rsa";

/** Who a user certificate speaks for. */
export interface UserSubject {
  readonly user: string;
  readonly roles: readonly string[];
  readonly traits: Readonly<Record<string, readonly string[]>>;
}

/** Issues certificates with the layout of a Teleport cluster's authority: issuer `O` and `CN` are the cluster's name. */
export interface CertificateAuthority {
  readonly certificatePem: string;
  /** PKCS#8, so that an authority survives a restart. */
  readonly privateKeyPem: string;
  /** `keyType`: default `ec` (P-256). */
  issueUser(subject: UserSubject, validity: Validity, keyType?: UserKeyType): Promise<IssuedCertificate>;
  issueServer(names: ServerNames, validity: Validity): Promise<IssuedCertificate>;
  /** An authority below this one: what it issues needs a chain. */
  issueIntermediate(validity: Validity): Promise<CertificateAuthority>;
}

interface ServerNames {
  readonly commonName: string;
  readonly dns: readonly string[];
  readonly ips: readonly string[];
}

/** A new self-signed authority for the cluster. */
export async function createCertificateAuthority(clusterName: string, validity: Validity) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: EC.namedCurve });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: authorityName(clusterName, clusterName),
    notBefore: validity.from,
    notAfter: validity.until,
    signingAlgorithm: EC,
    keys: { privateKey: toSigningKey(privateKey), publicKey: toVerifyingKey(publicKey) },
    extensions: await authorityExtensions(publicKey),
  });
  return toAuthority(clusterName, certificate, privateKey);
}

/** An authority made earlier, from its two PEM texts. */
export function restoreCertificateAuthority(clusterName: string, certificatePem: string, privateKeyPem: string) {
  return toAuthority(clusterName, new x509.X509Certificate(certificatePem), createPrivateKey(privateKeyPem));
}

function toAuthority(
  clusterName: string,
  authority: x509.X509Certificate,
  authorityKey: KeyObject,
): CertificateAuthority {
  const issue = async (
    subject: x509.JsonNameParams,
    extensions: x509.Extension[],
    validity: Validity,
    keyType: UserKeyType = "ec",
  ) => {
    const { privateKey, publicKey } = generateKeyPair(keyType);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: new x509.Name(subject),
      issuer: authority.subjectName,
      notBefore: validity.from,
      notAfter: validity.until,
      publicKey: publicKey.toCryptoKey(keyAlgorithms[keyType], true, ["verify"]),
      signingKey: toSigningKey(authorityKey),
      signingAlgorithm: EC,
      extensions: [await x509.AuthorityKeyIdentifierExtension.create(authority), ...extensions],
    });
    return { certificate, privateKey, publicKey };
  };
  return {
    certificatePem: toPem(authority),
    privateKeyPem: toKeyPem(authorityKey),
    issueUser: async (subject, validity, keyType) =>
      toIssued(await issue(userName(subject, clusterName), leafExtensions(), validity, keyType)),
    issueServer: async (names, validity) =>
      toIssued(
        await issue([attribute("O", "Auth"), attribute("CN", names.commonName)], serverExtensions(names), validity),
      ),
    async issueIntermediate(validity) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: EC.namedCurve });
      const certificate = await x509.X509CertificateGenerator.create({
        subject: authorityName(clusterName, `${clusterName} intermediate`),
        issuer: authority.subjectName,
        notBefore: validity.from,
        notAfter: validity.until,
        publicKey: toVerifyingKey(publicKey),
        signingKey: toSigningKey(authorityKey),
        signingAlgorithm: EC,
        extensions: await authorityExtensions(publicKey),
      });
      return toAuthority(clusterName, certificate, privateKey);
    },
  };
}

const keyAlgorithms = {
  ec: EC,
  ed25519: { name: "Ed25519" },
  rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
};

function generateKeyPair(type: UserKeyType): { privateKey: KeyObject; publicKey: KeyObject } {
  if (type === "rsa") return generateKeyPairSync("rsa", { modulusLength: 2048 });
  return type === "ec" ? generateKeyPairSync("ec", { namedCurve: EC.namedCurve }) : generateKeyPairSync("ed25519");
}

/** Exactly this text: a plain string would be read as RFC 4514 syntax, with quotes, escapes and `#`. */
const attribute = (type: string, text: string) => ({ [type]: [{ utf8String: text }] });

function authorityName(organization: string, commonName: string): x509.Name {
  return new x509.Name([attribute("O", organization), attribute("CN", commonName)]);
}

/** Subject of a user certificate: L principals, O roles, CN user, street the cluster to route to, postal code traits. */
function userName({ user, roles, traits }: UserSubject, clusterName: string): x509.JsonNameParams {
  return [
    attribute("L", user),
    ...roles.map((role) => attribute("O", role)),
    attribute("CN", user),
    attribute(STREET_ADDRESS_OID, clusterName),
    attribute(POSTAL_CODE_OID, JSON.stringify(traits)),
    attribute(CLUSTER_NAME_OID, clusterName),
  ];
}

async function authorityExtensions(publicKey: KeyObject): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(toVerifyingKey(publicKey)),
  ];
}

function leafExtensions(): x509.Extension[] {
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth]),
  ];
}

function serverExtensions({ dns, ips }: ServerNames): x509.Extension[] {
  const names = [
    ...dns.map((value) => ({ type: "dns" as const, value })),
    ...ips.map((value) => ({ type: "ip" as const, value })),
  ];
  return [...leafExtensions(), new x509.SubjectAlternativeNameExtension(names)];
}

function toIssued(made: { certificate: x509.X509Certificate; privateKey: KeyObject }): IssuedCertificate {
  const { certificate, privateKey } = made;
  return { certificatePem: toPem(certificate), privateKeyPem: toKeyPem(privateKey), privateKey };
}

const toPem = (certificate: x509.X509Certificate) => `${certificate.toString("pem").trim()}\n`;
const toKeyPem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
const toSigningKey = (key: KeyObject) => key.toCryptoKey(EC, true, ["sign"]);
const toVerifyingKey = (key: KeyObject) => key.toCryptoKey(EC, true, ["verify"]);
