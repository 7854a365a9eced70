import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { FaultList } from "./fault.ts";

const pemCertificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/gu;

/** What `SSL_CERT_FILE` names: the certificates in it; none when it names nothing or what it names was reported. */
export async function readTrustedCertificates(path: string, faults: FaultList): Promise<readonly string[]> {
  if (path === "") return [];
  const fix = "let SSL_CERT_FILE name a readable file of PEM certificates, or unset it";
  try {
    const certificates = (await readFile(path, "utf8")).match(pemCertificate) ?? [];
    for (const certificate of certificates) new X509Certificate(certificate);
    if (certificates.length === 0) faults.error([], `SSL_CERT_FILE: ${path} holds no certificate`, fix);
    return certificates;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    faults.error([], `SSL_CERT_FILE: ${path} cannot be used: ${why}`, fix);
    return [];
  }
}

/**
 * From now on every TLS connection of this process trusts these authorities, too. Node reads `NODE_EXTRA_CA_CERTS` by
 * itself and `SSL_CERT_FILE`, which the official plugins honour, not.
 */
export function trustCertificates(certificates: readonly string[]): void {
  if (certificates.length > 0) setDefaultCACertificates([...getCACertificates("default"), ...certificates]);
}
