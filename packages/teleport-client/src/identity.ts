import { createHash, type KeyObject, type X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { type CredentialParts, checkCredentials, toSubject } from "./identity/certificate-check.ts";
import { readCredentialFile } from "./identity/credential-file.ts";
import { type CredentialPlace, credentialFault, identityPlace, trioPlace } from "./identity/credential-place.ts";
import { parseIdentityFile } from "./identity/identity-file.ts";
import { type PemBlock, splitPem, toCertificate, toPrivateKey } from "./identity/pem.ts";

/** Paths of what the plugin logs in with: one identity file, or a TLS trio (`tctl auth sign --format=tls`). */
export type CredentialFiles =
  | { readonly identity: string }
  | { readonly clientKey: string; readonly clientCrt: string; readonly rootCas: string };

/** Checked credentials: they were good at the moment they were read. */
export interface Credentials {
  /** Which file they are from, as messages name it. */
  readonly place: string;
  /** The Teleport user the certificate speaks for. */
  readonly user: string;
  /** Name of the cluster that issued the certificate. */
  readonly cluster: string;
  readonly validFrom: Date;
  readonly expiresAt: Date;
  /** Key and certificate, ready for a handshake; trusts nobody by itself, see `dial/server-check.ts`. */
  readonly secureContext: SecureContext;
  /** The authorities that the cluster's servers are verified with. */
  readonly authorities: readonly X509Certificate[];
  /** For connections through an SSH tunnel; absent when the files hold nothing for SSH. */
  readonly ssh?: { readonly certificate: string; readonly authorities: readonly string[]; readonly key: KeyObject };
  /** Equal for equal contents. */
  readonly fingerprint: string;
}

/**
 * Reads and checks credentials as of `now`. Throws `invalid_config` for files that are missing, unreadable, damaged or
 * do not fit together, `unauthenticated` for a certificate that has expired or is not valid yet; the message names the
 * file, `fix` says what to do. Nothing is sent anywhere.
 */
export async function loadCredentials(files: CredentialFiles, now: Date, signal: AbortSignal): Promise<Credentials> {
  return "identity" in files ? loadIdentityFile(files.identity, now, signal) : loadTrio(files, now, signal);
}

async function loadIdentityFile(path: string, now: Date, signal: AbortSignal): Promise<Credentials> {
  const place = identityPlace(path);
  const file = parseIdentityFile(await readCredentialFile(place, signal), place);
  const key = toPrivateKey(file.privateKey, place);
  const credentials = toCredentials(
    {
      privateKey: { key, place },
      certificate: { leaf: toCertificate(file.certificate, "a client certificate", place), place },
      authorities: { certificates: toAuthorities(file.authorities, place), place },
    },
    now,
  );
  const { sshCertificate: certificate, sshAuthorities: authorities } = file;
  return certificate === undefined ? credentials : { ...credentials, ssh: { certificate, authorities, key } };
}

async function loadTrio(
  paths: { readonly clientKey: string; readonly clientCrt: string; readonly rootCas: string },
  now: Date,
  signal: AbortSignal,
): Promise<Credentials> {
  const [key, leaf, authorities] = await Promise.all([
    readPem(trioPlace("client_key", paths.clientKey), signal),
    readPem(trioPlace("client_crt", paths.clientCrt), signal),
    readPem(trioPlace("root_cas", paths.rootCas), signal),
  ]);
  return toCredentials(
    {
      privateKey: { key: toPrivateKey(key.first, key.place), place: key.place },
      certificate: { leaf: toCertificate(leaf.first, "a client certificate", leaf.place), place: leaf.place },
      authorities: { certificates: toAuthorities(authorities.all, authorities.place), place: authorities.place },
    },
    now,
  );
}

async function readPem(
  place: CredentialPlace,
  signal: AbortSignal,
): Promise<{ place: CredentialPlace; first: PemBlock; all: readonly PemBlock[] }> {
  const text = await readCredentialFile(place, signal);
  if (text.trim() === "") throw credentialFault(place, "is empty");
  const all = splitPem(text, place);
  const [first] = all;
  if (first === undefined) throw credentialFault(place, "holds no PEM block");
  return { place, first, all };
}

function toAuthorities(blocks: readonly PemBlock[], place: CredentialPlace): readonly X509Certificate[] {
  return blocks.map((block) => toCertificate(block, "a CA certificate", place));
}

function toCredentials(parts: CredentialParts, now: Date): Credentials {
  checkCredentials(parts, now);
  const { leaf, place } = parts.certificate;
  const key = parts.privateKey.key.export({ type: "pkcs8", format: "pem" }).toString();
  const cert = leaf.toString();
  const authorities = parts.authorities.certificates;
  return {
    place: place.name,
    ...toSubject(leaf),
    validFrom: leaf.validFromDate,
    expiresAt: leaf.validToDate,
    secureContext: createContext(key, cert, place),
    authorities,
    fingerprint: createHash("sha256")
      .update([leaf, ...authorities].map(String).join("\n"))
      .digest("base64"),
  };
}

/** The leaf alone, and no authorities: Teleport refuses clients that send a chain, and OpenSSL would build one. */
function createContext(key: string, cert: string, place: CredentialPlace): SecureContext {
  try {
    return createSecureContext({ key, cert, ca: [], minVersion: "TLSv1.2" });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw credentialFault(place, `cannot be used for TLS: ${reason}`, undefined, cause);
  }
}
