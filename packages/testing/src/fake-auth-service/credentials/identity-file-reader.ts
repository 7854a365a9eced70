import type { IdentityParts } from "./identity-file-writer.ts";

/** Takes an identity file apart, going by the order of its PEM blocks. Throws when key or certificate is missing. */
export function parseIdentityFile(text: string): IdentityParts {
  const [privateKeyPem, certificatePem, ...authorityPems] = toPemBlocks(text);
  if (!privateKeyPem || !certificatePem) throw new Error("An identity file holds a private key and a certificate.");
  const lines = text.split("\n").map((line) => line.trim());
  return {
    privateKeyPem,
    certificatePem,
    authorityPems,
    sshCertificate: lines.findLast((line) => /^[a-z0-9-]+-cert-v\d\d@openssh\.com /.test(line)) ?? "",
    sshAuthorities: lines.filter((line) => line.startsWith("@cert-authority")),
  };
}

const toPemBlocks = (text: string) =>
  [...text.matchAll(/^-----BEGIN[^\n]*\n[\s\S]*?^-----END[^\n]*$/gm)].map(([block]) => `${block}\n`);
