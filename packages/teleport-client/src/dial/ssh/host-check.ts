import { PluginError } from "@access-plugins/core";
import { parseCertificate } from "./certificate.ts";
import { verifyBlob } from "./signature.ts";

/** Whom a client of SSH trusts, and whom it called. */
export interface HostExpectation {
  /** Public keys of the authorities, in SSH's form. */
  readonly authorities: readonly Buffer[];
  /** The name or address that was dialled. */
  readonly host: string;
  readonly now: Date;
}

/** The public keys in `@cert-authority` lines; lines that cannot be read trust nobody. */
export function toAuthorities(lines: readonly string[]): readonly Buffer[] {
  return lines.flatMap((line) => {
    const [, , , base64] = line.trim().split(/\s+/u);
    return base64 === undefined ? [] : [Buffer.from(base64, "base64")];
  });
}

/**
 * Throws unless a server's key is a certificate for hosts, signed by one of the authorities, valid now and for the host
 * that was dialled (a certificate without names is for all). The same checks as in Go's SSH client, which Teleport uses;
 * signatures with SHA-1 are not taken.
 */
export function checkHost(blob: Buffer, { authorities, host, now }: HostExpectation): void {
  const fault = findFault(blob, authorities, host, BigInt(Math.floor(now.getTime() / 1000)));
  if (fault === undefined) return;
  throw new PluginError("unauthenticated", `the SSH host certificate is not of the identity's cluster: ${fault}`, {
    reason: "ssh_host_untrusted",
    fix: "Check that [teleport] addr is of the identity's cluster, and renew the identity if the host authority was rotated.",
  });
}

function findFault(blob: Buffer, authorities: readonly Buffer[], host: string, now: bigint): string | undefined {
  try {
    const certificate = parseCertificate(blob);
    const { kind, authority, principals, validAfter, validBefore, criticalOptions } = certificate;
    if (kind !== "host") return "it is not for hosts";
    if (!authorities.some((trusted) => trusted.equals(authority))) return "another authority signed it";
    if (!verifyBlob(authority, certificate.signedPart, certificate.signature)) return "its signature is wrong";
    if (now < validAfter) return "it is not valid yet";
    if (now >= validBefore) return "it has expired";
    if (criticalOptions.length > 0) return "it has conditions this program does not know";
    if (principals.length > 0 && !principals.includes(host)) return `it is not for "${host}"`;
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
