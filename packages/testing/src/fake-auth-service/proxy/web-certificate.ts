import { isIP } from "node:net";
import { type CertificateAuthority, createCertificateAuthority } from "../credentials/certificate-authority.ts";

const YEAR_MS = 365 * 86_400_000;

/** A certificate as web servers have them, of an authority of its own. */
export interface WebCertificate {
  readonly cert: string;
  readonly key: string;
  /** The authority: what stands for the system's roots. */
  readonly authorityPem: string;
}

/** For `localhost`, `127.0.0.1`, `::1`, the host it is used on and the public address (`host[:port]`), if any. */
export async function createWebCertificate(host: string, publicAddr = ""): Promise<WebCertificate> {
  const validity = { from: new Date(Date.now() - 60_000), until: new Date(Date.now() + YEAR_MS) };
  const authority: CertificateAuthority = await createCertificateAuthority("web", validity);
  const names = [...new Set(["localhost", "127.0.0.1", "::1", host, publicAddr.replace(/:\d+$/, "")])];
  const { certificatePem, privateKeyPem } = await authority.issueServer(
    {
      commonName: "web",
      dns: names.filter((name) => name !== "" && isIP(name) === 0),
      ips: names.filter((name) => isIP(name) !== 0),
    },
    validity,
  );
  return { cert: certificatePem, key: privateKeyPem, authorityPem: authority.certificatePem };
}
