import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { PluginError } from "@access-plugins/core";
import { type CredentialPlace, credentialFault } from "./credential-place.ts";

/** One PEM block as it stands in a file, lines trimmed. */
export interface PemBlock {
  readonly label: string;
  /** `Proc-Type: 4,ENCRYPTED` and the like. */
  readonly headers: readonly string[];
  readonly base64: string;
}

/** Go's reader gives up on longer lines, so nothing that writes identity files makes them. */
const maxLineBytes = 64 * 1024;

/**
 * Splits a file the way Teleport's reader does: lines are trimmed; a line that starts with `-----BEGIN` opens a block
 * that runs to the first line that starts with `-----END`; every other line is handed to `onLine`.
 */
export function splitPem(text: string, place: CredentialPlace, onLine?: (line: string) => void): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: string[] | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line.length >= maxLineBytes) throw tooLong(place, index + 1);
    if (open === undefined) {
      if (line.startsWith("-----BEGIN")) open = [line];
      else onLine?.(line);
    } else if (line.startsWith("-----END")) {
      blocks.push(toBlock(open));
      open = undefined;
    } else open.push(line);
  }
  if (open !== undefined) throw credentialFault(place, "ends in the middle of a PEM block: it was cut off");
  return blocks;
}

/** The certificate in a block, whatever its label says. */
export function toCertificate(block: PemBlock, what: string, place: CredentialPlace): X509Certificate {
  try {
    return new X509Certificate(toDer(block));
  } catch (cause) {
    throw credentialFault(place, `holds ${what} that is no valid certificate (${block.label})`, undefined, cause);
  }
}

/**
 * The private key in a block: PKCS#8, PKCS#1 or SEC1, tried in turn because files with a wrong label exist in the field.
 */
export function toPrivateKey(block: PemBlock, place: CredentialPlace): KeyObject {
  const refused = findUnusableKey(block, place);
  if (refused !== undefined) throw refused;
  const key = toDer(block);
  const causes: unknown[] = [];
  for (const type of ["pkcs8", "pkcs1", "sec1"] as const) {
    try {
      return createPrivateKey({ key, format: "der", type });
    } catch (cause) {
      causes.push(cause);
    }
  }
  const cause = new AggregateError(causes, "no known encoding of a private key fits");
  throw credentialFault(place, `holds a private key that cannot be read (${block.label})`, undefined, cause);
}

function findUnusableKey(block: PemBlock, place: CredentialPlace): PluginError | undefined {
  if (block.label === "PIV YUBIKEY PRIVATE KEY") {
    const fix = `A plugin cannot use a hardware key: log in as a user without it. ${placeAnew(place)}`;
    return credentialFault(place, "refers to a private key that lives in a YubiKey", fix);
  }
  if (block.label === "OPENSSH PRIVATE KEY") {
    const fix = `Only PKCS#8, PKCS#1 and SEC1 keys can be used. ${placeAnew(place)}`;
    return credentialFault(place, "holds its private key in OpenSSH's own format", fix);
  }
  if (block.label === "ENCRYPTED PRIVATE KEY" || block.headers.some((header) => header.includes("ENCRYPTED"))) {
    const fix = `Nobody is there to type a passphrase: use a key without one. ${placeAnew(place)}`;
    return credentialFault(place, "holds a private key that is protected by a passphrase", fix);
  }
  return undefined;
}

function placeAnew(place: CredentialPlace): string {
  return `Write it anew with \`${place.command("PLUGIN_USER")}\`.`;
}

function toBlock([begin = "", ...lines]: readonly string[]): PemBlock {
  const isHeader = (line: string) => line.includes(":");
  return {
    label: /^-----BEGIN (.*?)-----/u.exec(begin)?.[1] ?? "no label",
    headers: lines.filter(isHeader),
    base64: lines.filter((line) => !isHeader(line)).join(""),
  };
}

function toDer(block: PemBlock): Buffer {
  return Buffer.from(block.base64, "base64");
}

function tooLong(place: CredentialPlace, line: number): PluginError {
  return credentialFault(place, `has a line of more than 64 KiB (line ${line}): it is no credential file`);
}
