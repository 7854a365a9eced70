import type { KeyObject, X509Certificate } from "node:crypto";
import { PluginError } from "@access-plugins/core";
import { type CredentialPlace, credentialFault, renewFix } from "./credential-place.ts";

/** The parts of a credential that have to fit together, each with the file it came from. */
export interface CredentialParts {
  readonly privateKey: { readonly key: KeyObject; readonly place: CredentialPlace };
  readonly certificate: { readonly leaf: X509Certificate; readonly place: CredentialPlace };
  readonly authorities: { readonly certificates: readonly X509Certificate[]; readonly place: CredentialPlace };
}

/** Throws the first thing that keeps these parts from logging in at `now`. */
export function checkCredentials(parts: CredentialParts, now: Date): void {
  checkKey(parts);
  checkValidity(parts, now);
  checkAuthorities(parts, now);
}

/** Who the certificate speaks for, issued by which cluster. */
export function toSubject(leaf: X509Certificate): { readonly user: string; readonly cluster: string } {
  const { subject, issuer } = leaf.toLegacyObject();
  return { user: toText(subject?.CN), cluster: toClusterName(issuer) };
}

/** An authority's name carries the cluster's name as organisation. */
function toClusterName(name: { O?: unknown; CN?: unknown } | undefined): string {
  return toText(name?.O) || toText(name?.CN);
}

function checkKey({ privateKey, certificate }: CredentialParts): void {
  if (certificate.leaf.checkPrivateKey(privateKey.key)) return;
  const pair = privateKey.place.path === certificate.place.path ? "its certificate" : certificate.place.name;
  const fix = `They must come from one run: ${renewFix(certificate.place)}`;
  throw credentialFault(privateKey.place, `holds a private key that does not match ${pair}`, fix);
}

function checkValidity({ certificate: { leaf, place } }: CredentialParts, now: Date): void {
  const { user, cluster } = toSubject(leaf);
  const whose = `${place.name}: the certificate of "${user}", issued by "${cluster}",`;
  if (now > leaf.validToDate) {
    const message = `${whose} expired at ${toTimeText(leaf.validToDate)}.`;
    const fix = `${renewFix(place, user)} Give it a longer --ttl if nothing renews it. This machine's clock says ${toTimeText(now)}.`;
    throw new PluginError("unauthenticated", message, { reason: "certificate_expired", fix });
  }
  if (now < leaf.validFromDate) {
    const message = `${whose} is not valid before ${toTimeText(leaf.validFromDate)}.`;
    const fix = `This machine's clock says ${toTimeText(now)}: set it right, or wait.`;
    throw new PluginError("unauthenticated", message, { reason: "certificate_not_yet_valid", fix });
  }
}

/**
 * Names only: the authorities in a file verify the cluster's servers (its host authority), while the certificate was
 * signed by its user authority, which the file need not hold. Both carry the cluster's name.
 */
function checkAuthorities({ certificate, authorities }: CredentialParts, now: Date): void {
  const { place, certificates } = authorities;
  const { cluster } = toSubject(certificate.leaf);
  const clusters = certificates.map((authority) => toClusterName(authority.toLegacyObject().subject));
  if (certificates.every((authority) => now > authority.validToDate)) {
    const latest = new Date(Math.max(...certificates.map((authority) => authority.validToDate.getTime())));
    throw credentialFault(place, `holds CA certificates that have all expired, the last at ${toTimeText(latest)}`);
  }
  if (!clusters.includes(cluster)) {
    const named = [...new Set(clusters)].map((name) => `"${name}"`).join(", ");
    throw credentialFault(place, `holds CA certificates of ${named}, but the certificate is of cluster "${cluster}"`);
  }
}

function toText(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : "";
}

function toTimeText(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/u, "Z");
}
