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
  /** `intermediaries`: it is good only by way of another one that came with it, which Teleport refuses call by call. */
  readonly certificate: "none" | "user" | "intermediaries";
}

/** Reads the peer's certificate the way Teleport does: CN is the user, each O a role. */
export function readClientIdentity(socket: TLSSocket, authorityPems: readonly string[]): ClientIdentity {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return { user: "", roles: [], expires: 0, certificate: "none" };
  const { CN, O } = certificate.toLegacyObject().subject;
  const isDirect = authorityPems.some((pem) => certificate.checkIssued(new X509Certificate(pem)));
  return {
    user: [CN ?? ""].flat()[0] ?? "",
    roles: [O ?? []].flat(),
    expires: Date.parse(certificate.validTo),
    // Node does not tell what exactly the peer sent: an authority appended to a directly issued leaf goes unnoticed.
    certificate: isDirect ? "user" : "intermediaries",
  };
}

/** The alert with which a genuine server refuses the peer's certificate; undefined when it takes it, or none came. */
export function findCertificateFault(socket: TLSSocket): TlsAlert | undefined {
  if (socket.authorized || !socket.getPeerX509Certificate()) return undefined;
  // Node puts OpenSSL's verdict here, a code such as CERT_HAS_EXPIRED; its types say Error.
  const verdict = String(socket.authorizationError);
  return EXPIRED.has(verdict) ? tlsAlerts.certificateExpired : tlsAlerts.unknownCa;
}

const EXPIRED: ReadonlySet<string> = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);
