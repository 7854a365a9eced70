import type { X509Certificate } from "node:crypto";
import { checkServerIdentity, type TLSSocket } from "node:tls";

/** Extended key usages that make a certificate good for a server. */
const serverUsages: readonly string[] = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];

/**
 * Throws unless the peer's certificate was issued by one of the authorities themselves, is valid at `now`, meant for
 * servers and carries the name. Errors have OpenSSL's and Node's codes.
 *
 * Why not leave it to OpenSSL: given our certificate and the authorities, it also sends every authority that our
 * certificate chains to, Node cannot switch that off, and Teleport refuses clients that send more than their own
 * certificate. So OpenSSL gets no authorities, and what it would have checked is checked here. Teleport's servers have
 * no intermediate certificates, so none are allowed.
 */
export function checkServer(
  socket: Pick<TLSSocket, "getPeerX509Certificate">,
  authorities: readonly X509Certificate[],
  name: string,
  now: Date,
): void {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) throw untrusted("UNABLE_TO_GET_ISSUER_CERT", "the server sent no certificate");
  const issuers = authorities.filter((authority) => isIssuedBy(leaf, authority));
  if (issuers.length === 0) throw untrusted("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "no authority issued the certificate");
  const validIssuers = issuers.filter((authority) => now <= authority.validToDate && now >= authority.validFromDate);
  if (validIssuers.length === 0 || now > leaf.validToDate)
    throw untrusted("CERT_HAS_EXPIRED", "the certificate expired");
  if (now < leaf.validFromDate) throw untrusted("CERT_NOT_YET_VALID", "the certificate is not valid yet");
  if (!isForServers(leaf)) throw untrusted("CERT_INVALID_PURPOSE", "the certificate is not meant for servers");
  const mismatch = checkServerIdentity(name, leaf.toLegacyObject());
  if (mismatch !== undefined) throw mismatch;
}

function isIssuedBy(leaf: X509Certificate, authority: X509Certificate): boolean {
  return authority.ca && leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
}

/** A certificate that does not name its purposes is good for all. */
function isForServers(leaf: X509Certificate): boolean {
  const usages: readonly string[] | undefined = leaf.keyUsage;
  return usages === undefined || usages.some((usage) => serverUsages.includes(usage));
}

function untrusted(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
