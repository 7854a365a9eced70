import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { type TlsAlert, tlsAlerts } from "./tls-alert.ts";

/** What the server knows about the peer of a connection from its certificate. */
export interface ClientIdentity {
  /** Empty without a certificate. */
  readonly user: string;
  readonly roles: readonly string[];
  /** Milliseconds since 1970; 0 without a certificate. */
  readonly expires: number;
  /** `intermediaries`: more than one certificate came, which Teleport refuses call by call. */
  readonly certificate: "none" | "user" | "intermediaries";
}

/** Reads the peer's certificate the way Teleport does: CN is the user, each O a role. */
export function readClientIdentity(socket: TLSSocket): ClientIdentity {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return { user: "", roles: [], expires: 0, certificate: "none" };
  const { CN, O } = certificate.toLegacyObject().subject;
  return {
    user: [CN ?? ""].flat()[0] ?? "",
    roles: [O ?? []].flat(),
    expires: Date.parse(certificate.validTo),
    // This chain holds what the peer sent; unlike getPeerCertificate's, nothing from the server's own store.
    certificate: certificate.issuerCertificate ? "intermediaries" : "user",
  };
}

/** The alert with which a genuine server refuses the peer's certificate; undefined when it takes it, or none came. */
export function findCertificateFault(socket: TLSSocket, authorityPems: readonly string[]): TlsAlert | undefined {
  const authorities = authorityPems.map((pem) => new X509Certificate(pem));
  for (let certificate = socket.getPeerX509Certificate(); certificate; certificate = certificate.issuerCertificate) {
    const issued = certificate;
    const now = Date.now();
    if (now < Date.parse(issued.validFrom) || now > Date.parse(issued.validTo)) return tlsAlerts.certificateExpired;
    if (authorities.some((authority) => isIssuedBy(issued, authority))) return undefined;
    if (!issued.issuerCertificate) return tlsAlerts.unknownCa;
    if (!isIssuedBy(issued, issued.issuerCertificate)) return tlsAlerts.badCertificate;
  }
  return undefined;
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate) =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
