import { type CredentialPlace, credentialFault } from "./credential-place.ts";
import { type PemBlock, splitPem } from "./pem.ts";

/** What an identity file (`tctl auth sign --format=file`, tbot's `identity`) is made of. */
export interface IdentityFile {
  readonly privateKey: PemBlock;
  readonly certificate: PemBlock;
  /** Certificates of the authorities that the cluster's servers are verified with; at least one. */
  readonly authorities: readonly PemBlock[];
  /** For connections through an SSH tunnel; a TLS connection needs neither of the two. */
  readonly sshCertificate: string | undefined;
  /** `@cert-authority` lines in the form of `known_hosts`. */
  readonly sshAuthorities: readonly string[];
}

/** The first word of an SSH certificate's line, such as `ssh-ed25519-cert-v01@openssh.com`. */
const sshCertificateType = /^[a-z0-9-]+-cert-v\d{2}@openssh\.com(?:\s|$)/u;

/**
 * Reads the text of an identity file as Teleport's reader does: only the order of the PEM blocks counts (key,
 * certificate, authorities), labels do not; the last SSH certificate wins; everything unknown is ignored.
 */
export function parseIdentityFile(text: string, place: CredentialPlace): IdentityFile {
  if (text.trim() === "") throw credentialFault(place, "is empty");
  let sshCertificate: string | undefined;
  const sshAuthorities: string[] = [];
  const [privateKey, certificate, ...authorities] = splitPem(text, place, (line) => {
    if (line.startsWith("@cert-authority")) sshAuthorities.push(line);
    else if (sshCertificateType.test(line)) sshCertificate = line;
  });
  if (privateKey === undefined) throw credentialFault(place, "holds no private key: it is no identity file");
  if (certificate === undefined) throw credentialFault(place, "holds no TLS certificate after its private key");
  if (authorities.length === 0) {
    throw credentialFault(place, "holds no CA certificate, so no server could be verified: it was cut off");
  }
  return { privateKey, certificate, authorities, sshCertificate, sshAuthorities };
}
