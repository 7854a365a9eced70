import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createFakeAuthService } from "@access-plugins/testing";
import { beforeAll, expect, test } from "vitest";
import { checkServer } from "./server-check.ts";

type Authority = Awaited<ReturnType<typeof createFakeAuthService>>["authorities"]["authorities"][number];

const name = "teleport.cluster.local";
const hour = 3_600_000;
const now = new Date();
const around = { from: new Date(now.getTime() - hour), until: new Date(now.getTime() + hour) };

let authority: Authority;
let sameName: Authority;

beforeAll(async () => {
  authority = await newAuthority();
  sameName = await newAuthority();
});

test.each([[[name]], [["*.teleport.cluster.local", name, "localhost"]]])(
  "a server named %j is trusted",
  async (dns) => {
    const leaf = await issue({ dns });
    expect(() => check(leaf, [sameName, authority])).not.toThrow();
  },
);

test.each<[string, () => Promise<X509Certificate>, string]>([
  ["of another authority with the same name", () => issue({ by: sameName }), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["issued by an intermediate", () => issueByIntermediate(), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["that is the authority itself", async () => toCertificate(authority), "ERR_TLS_CERT_ALTNAME_INVALID"],
  ["with another name", () => issue({ dns: ["example.com"] }), "ERR_TLS_CERT_ALTNAME_INVALID"],
  ["with a name above ours", () => issue({ dns: ["*.cluster.local.example.com"] }), "ERR_TLS_CERT_ALTNAME_INVALID"],
  ["that expired", () => issue({ until: new Date(now.getTime() - 1_000) }), "CERT_HAS_EXPIRED"],
  ["that is not valid yet", () => issue({ from: new Date(now.getTime() + 60_000) }), "CERT_NOT_YET_VALID"],
])("a server %s is refused", async (_, make, code) => {
  const leaf = await make();
  expect(() => check(leaf, [authority])).toThrow(expect.objectContaining({ code }));
});

test("a server is refused once its authority has expired", async () => {
  const leaf = await issue({ until: new Date(now.getTime() + 100 * 365 * 24 * hour) });
  const later = new Date(now.getTime() + 50 * 365 * 24 * hour);
  expect(() => check(leaf, [authority], later)).toThrow(expect.objectContaining({ code: "CERT_HAS_EXPIRED" }));
});

test("nobody is trusted without authorities, nor somebody without a certificate", async () => {
  const leaf = await issue({});
  expect(() => check(leaf, [])).toThrow(expect.objectContaining({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }));
  expect(() => checkServer({ getPeerX509Certificate: () => undefined }, [toCertificate(authority)], name, now)).toThrow(
    expect.objectContaining({ code: "UNABLE_TO_GET_ISSUER_CERT" }),
  );
});

test("a certificate that is no authority vouches for nobody, its own included", async () => {
  const leaf = await issue({});
  const peer = { getPeerX509Certificate: () => leaf };
  expect(() => checkServer(peer, [leaf], name, now)).toThrow(
    expect.objectContaining({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
  );
});

test("a certificate for clients only is no server's", () => {
  const [leaf, issuer] = ["client-only", "authority"].map(
    (file) => new X509Certificate(readFileSync(new URL(`../fixtures/purpose/${file}.pem`, import.meta.url))),
  );
  if (leaf === undefined || issuer === undefined) throw new Error("the fixture is incomplete");
  const peer = { getPeerX509Certificate: () => leaf };
  expect(() => checkServer(peer, [issuer], name, new Date("2030-01-01T00:00:00Z"))).toThrow(
    expect.objectContaining({ code: "CERT_INVALID_PURPOSE" }),
  );
});

function check(leaf: X509Certificate, authorities: readonly Authority[], at = now): void {
  checkServer({ getPeerX509Certificate: () => leaf }, authorities.map(toCertificate), name, at);
}

interface Wish {
  readonly by?: Authority;
  readonly dns?: readonly string[];
  readonly from?: Date;
  readonly until?: Date;
}

async function issue({ by = authority, dns = [name], ...validity }: Wish): Promise<X509Certificate> {
  const names = { commonName: "auth", dns, ips: [] };
  return new X509Certificate((await by.issueServer(names, { ...around, ...validity })).certificatePem);
}

async function issueByIntermediate(): Promise<X509Certificate> {
  return issue({ by: await authority.issueIntermediate(around) });
}

function toCertificate(from: Authority): X509Certificate {
  return new X509Certificate(from.certificatePem);
}

async function newAuthority(): Promise<Authority> {
  const auth = await createFakeAuthService();
  auth.close();
  const [first] = auth.authorities.authorities;
  if (first === undefined) throw new Error("the cluster has no authority");
  return first;
}
