/** What an identity file is made of. */
export interface IdentityParts {
  /** PKCS#8. */
  readonly privateKeyPem: string;
  /** The user's TLS certificate; with an intermediate behind it only where a test wants that. */
  readonly certificatePem: string;
  /** The cluster's TLS authorities. */
  readonly authorityPems: readonly string[];
  /** The SSH user certificate, one line. */
  readonly sshCertificate: string;
  /** `@cert-authority` lines. */
  readonly sshAuthorities: readonly string[];
}

/**
 * The layout of `tctl auth sign --format=file`, in its order: key, SSH certificate, TLS certificate, SSH authorities,
 * TLS authorities. Readers go by the order of the PEM blocks: first the key, second the certificate, then authorities.
 */
export function renderIdentityFile(parts: IdentityParts): string {
  return [
    parts.privateKeyPem,
    parts.sshCertificate,
    parts.certificatePem,
    ...parts.sshAuthorities,
    ...parts.authorityPems,
  ]
    .map((part) => `${part.trimEnd()}\n`)
    .join("");
}
