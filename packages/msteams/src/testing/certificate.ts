// The certificate library needs it to be there first.
import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate authority of its own and a server certificate for this machine, in PEM. */
export interface TestCertificates {
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const usages: webcrypto.KeyUsage[] = ["sign", "verify"];

const made = new Map<string, Promise<TestCertificates>>();

/** Made once in a process for each address. */
export function findTestCertificates(address: string): Promise<TestCertificates> {
  const known = made.get(address) ?? createTestCertificates(address);
  made.set(address, known);
  return known;
}

async function createTestCertificates(address: string): Promise<TestCertificates> {
  x509.cryptoProvider.set(webcrypto);
  const day = 24 * 60 * 60_000;
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 365 * day) };
  const caKeys = await webcrypto.subtle.generateKey(algorithm, true, usages);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Fake Teams CA",
    keys: caKeys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, usages);
  const cert = await x509.X509CertificateGenerator.create({
    subject: "CN=fake login",
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: address },
        { type: "dns", value: "localhost" },
      ]),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { ca: ca.toString("pem"), key, cert: cert.toString("pem") };
}

const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;

/** A bot's own certificate and its private key behind a password, in one PEM. */
export async function createBotCertificate(name: string, password: string): Promise<string> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(rsa, true, usages);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: rsa,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const locked = key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: password });
  return `${cert.toString("pem")}\n${locked}`;
}
