import { createPrivateKey } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFakeAuthService, type Identity, type IdentityOptions } from "@access-plugins/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type CredentialFiles, loadCredentials } from "./identity.ts";
import { catchFault } from "./testing/catch-fault.ts";
import { createTestFolder } from "./testing/test-cluster.ts";

const never = new AbortController().signal;
const hour = 3_600_000;

const genuineFolder = new URL("./fixtures/identity/", import.meta.url);
const genuine = z
  .array(
    z.object({
      file: z.string(),
      about: z.string(),
      user: z.string(),
      cluster: z.string(),
      not_after: z.string(),
      ssh_ca_lines: z.int(),
      tls_cas: z.int(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL("expected.json", genuineFolder), "utf8")));

let issue: (options?: IdentityOptions) => Promise<Identity>;
let good: Identity;
let other: Identity;

beforeAll(async () => {
  const auth = await createFakeAuthService();
  const stranger = await createFakeAuthService({ clusterName: "elsewhere.example.com" });
  issue = (options) => auth.identity(undefined, options);
  good = await issue();
  other = await stranger.identity();
  auth.close();
  stranger.close();
});

describe("an identity file", () => {
  test.each(genuine)("written by the genuine writer is read: $about", async (expected) => {
    const identity = new URL(expected.file, genuineFolder).pathname;
    const now = new Date(Date.parse(expected.not_after) - hour);
    const credentials = await loadCredentials({ identity }, now, never);
    expect(credentials).toMatchObject({
      place: `identity file "${identity}"`,
      user: expected.user,
      cluster: expected.cluster,
      expiresAt: new Date(expected.not_after),
    });
    expect(credentials.authorities).toHaveLength(expected.tls_cas);
    expect(credentials.ssh?.authorities).toHaveLength(expected.ssh_ca_lines);
    expect(credentials.ssh?.certificate).toMatch(/^\S+-cert-v01@openssh\.com AAAA/u);
  });

  test.each<[string, (file: string) => string]>([
    ["with CRLF line ends", (file) => file.replaceAll("\n", "\r\n")],
    ["with blanks around its lines", (file) => file.replaceAll("\n", " \n\t")],
    ["with unknown lines and no newline at its end", (file) => `# made by hand\n\nfoo bar\n${file.trimEnd()}`],
    ["with wrong labels", (file) => file.replaceAll("CERTIFICATE-----", "SOMETHING-----")],
    ["with a PKCS#8 key called PKCS#1", (file) => file.replaceAll("PRIVATE KEY-----", "RSA PRIVATE KEY-----")],
    ["with a SEC1 key", (file) => replaceKey(file, toSec1(good.privateKeyPem))],
    [
      "with a SEC1 key called PKCS#8",
      (file) => replaceKey(file, toSec1(good.privateKeyPem).replaceAll("EC PRIVATE", "PRIVATE")),
    ],
    ["with its parts in another order", (file) => `${good.sshAuthorities.join("\n")}\n${file}`],
    ["without anything for SSH", (file) => file.replaceAll(/^(@cert-authority|\S+-cert-v01@openssh.com).*$/gmu, "")],
  ])("%s is read", async (_, change) => {
    const credentials = await loadCredentials(write(change(good.file)), new Date(), never);
    expect(credentials).toMatchObject({ user: "access-plugin", cluster: "example.com" });
  });

  test("keeps the last SSH certificate, and says when there is none", async () => {
    const last = "ssh-ed25519-cert-v01@openssh.com AAAAlast";
    const both = await loadCredentials(write(`${good.file}\n${last}\n`), new Date(), never);
    expect(both.ssh?.certificate).toBe(last);
    const none = await loadCredentials(write(withoutSsh(good.file)), new Date(), never);
    expect(none.ssh).toBeUndefined();
  });

  test("has a fingerprint of what it logs in with, not of its text", async () => {
    const load = async (text: string) => (await loadCredentials(write(text), new Date(), never)).fingerprint;
    expect(await load(`# comment\n${good.file}`)).toBe(await load(good.file));
    expect(await load((await issue()).file)).not.toBe(await load(good.file));
  });
});

describe("a fault in an identity file is told with its file and its fix:", () => {
  test("missing", async () => {
    const files = { identity: join(createTestFolder(), "none") };
    const fault = await loadFault(files);
    expect(fault).toMatchObject({
      code: "invalid_config",
      message: `identity file "${files.identity}" does not exist.`,
    });
    expect(fault.fix).toContain(`tctl auth sign --user=PLUGIN_USER --format=file --out=${files.identity}`);
    expect(fault.fix).toContain("tbot");
  });

  test("in a path that leads through a file", async () => {
    const { identity } = write("x");
    expect((await loadFault({ identity: `${identity}/identity` })).message).toContain("does not exist");
  });

  test("a directory", async () => {
    const identity = join(createTestFolder(), "machine-id");
    mkdirSync(identity);
    const fault = await loadFault({ identity });
    expect(fault.message).toBe(`identity file "${identity}" is a directory.`);
    expect(fault.fix).toContain(`"${identity}/identity"`);
  });

  test("a link to itself", async () => {
    const identity = join(createTestFolder(), "identity");
    symlinkSync(identity, identity);
    const fault = await loadFault({ identity });
    expect(fault).toMatchObject({
      code: "invalid_config",
      message: `identity file "${identity}" cannot be read: ELOOP.`,
    });
  });

  test("too large", async () => {
    expect((await loadFault(write("x\n".repeat(600_000)))).message).toContain("larger than 1 MiB");
  });

  test.each<[string, (file: string) => string, string]>([
    ["empty", () => "", "is empty"],
    ["blank", () => " \n\n", "is empty"],
    ["no PEM", () => "hello\n", "holds no private key"],
    [
      "cut off inside a block",
      (file) => file.slice(0, file.lastIndexOf("-----END") - 20),
      "ends in the middle of a PEM block",
    ],
    ["a line too long", (file) => `${"x".repeat(65_536)}\n${file}`, "line of more than 64 KiB (line 1)"],
    ["a key alone", () => good.privateKeyPem, "holds no TLS certificate"],
    ["no CA", () => good.privateKeyPem + good.certificatePem, "holds no CA certificate"],
    [
      "a key that is none",
      (file) => replaceKey(file, pem("PRIVATE KEY", "AAAA")),
      "a private key that cannot be read (PRIVATE KEY)",
    ],
    [
      "a key in OpenSSH's format",
      (file) => replaceKey(file, pem("OPENSSH PRIVATE KEY", "AAAA")),
      "OpenSSH's own format",
    ],
    ["a key in a YubiKey", (file) => replaceKey(file, pem("PIV YUBIKEY PRIVATE KEY", "AAAA")), "lives in a YubiKey"],
    ["an encrypted key", (file) => replaceKey(file, pem("ENCRYPTED PRIVATE KEY", "AAAA")), "passphrase"],
    [
      "a key encrypted the old way",
      (file) => replaceKey(file, pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\nAAAA")),
      "passphrase",
    ],
    ["another certificate's key", (file) => replaceKey(file, other.privateKeyPem), "does not match its certificate"],
    [
      "a certificate that is none",
      () => good.privateKeyPem + pem("CERTIFICATE", "AAAA") + authorities(),
      "a client certificate that is no valid certificate",
    ],
    ["a CA that is none", (file) => file + pem("CERTIFICATE", "AAAA"), "a CA certificate that is no valid certificate"],
    [
      "another cluster's CA",
      () => good.privateKeyPem + good.certificatePem + other.authorityPems.join(""),
      'holds CA certificates of "elsewhere.example.com", but the certificate is of cluster "example.com"',
    ],
  ])("%s", async (_, change, message) => {
    const files = write(change(good.file));
    const fault = await loadFault(files);
    expect(fault.code).toBe("invalid_config");
    expect(fault.message).toContain(`identity file "${files.identity}" `);
    expect(fault.message).toContain(message);
    expect(fault.message).not.toContain("\n");
    expect(fault.fix).toMatch(/tctl auth sign|same run/u);
    expect(`${fault.message} ${fault.fix}`).not.toContain(good.privateKeyPem.split("\n")[1]);
  });

  test("expired, with whose it is, when, and what this machine's clock says", async () => {
    const validUntil = new Date("2026-03-14T09:26:53Z");
    const { file } = await issue({ validFrom: new Date("2026-03-14T08:26:53Z"), validUntil });
    const fault = await loadFault(write(file), new Date("2026-03-14T09:26:54Z"));
    expect(fault).toMatchObject({ code: "unauthenticated", reason: "certificate_expired" });
    expect(fault.message).toContain(
      'the certificate of "access-plugin", issued by "example.com", expired at 2026-03-14T09:26:53Z.',
    );
    expect(fault.fix).toContain("tctl auth sign --user=access-plugin");
    expect(fault.fix).toContain("2026-03-14T09:26:54Z");
    await expect(loadCredentials(write(file), validUntil, never)).resolves.toMatchObject({ expiresAt: validUntil });
  });

  test("not valid yet", async () => {
    const fault = await loadFault(write(good.file), new Date(Date.now() - 24 * hour));
    expect(fault).toMatchObject({ code: "unauthenticated", reason: "certificate_not_yet_valid" });
    expect(fault.fix).toContain("clock");
  });

  test("with authorities that have all expired", async () => {
    const later = new Date(Date.now() + 100 * 365 * 24 * hour);
    const { file } = await issue({ validUntil: new Date(later.getTime() + hour) });
    expect((await loadFault(write(file), later)).message).toContain("CA certificates that have all expired");
  });
});

describe("a TLS trio", () => {
  test("is read, and needs no SSH", async () => {
    const credentials = await loadCredentials(writeTrio({}), new Date(), never);
    expect(credentials).toMatchObject({ user: "access-plugin", cluster: "example.com" });
    expect(credentials.ssh).toBeUndefined();
  });

  test.each<[string, Partial<Record<"key" | "crt" | "cas", string | undefined>>, RegExp]>([
    ["a missing key", { key: undefined }, /^client_key file ".*plugin\.key" does not exist/u],
    ["a missing certificate", { crt: undefined }, /^client_crt file ".*plugin\.crt" does not exist/u],
    ["missing authorities", { cas: undefined }, /^root_cas file ".*plugin\.cas" does not exist/u],
    ["an empty file", { crt: "" }, /^client_crt file ".*" is empty/u],
    ["text without PEM", { cas: "hello" }, /^root_cas file ".*" holds no PEM block/u],
    ["a key that is a certificate", { key: "crt" }, /^client_key file ".*" holds a private key that cannot be read/u],
  ])("%s is told by its setting", async (_, change, message) => {
    const fault = await loadFault(writeTrio(change));
    expect(fault.code).toBe("invalid_config");
    expect(fault.message).toMatch(message);
    expect(fault.fix).toContain("--format=tls --out=");
    expect(fault.fix).not.toContain("plugin.key");
  });

  test("a key of another run names both files", async () => {
    const fault = await loadFault(writeTrio({ key: other.privateKeyPem }));
    expect(fault.message).toMatch(
      /^client_key file ".*plugin\.key" holds .* not match client_crt file ".*plugin\.crt"/u,
    );
  });
});

function write(text: string): { readonly identity: string } {
  const identity = join(createTestFolder(), "identity");
  writeFileSync(identity, text);
  return { identity };
}

function writeTrio(change: Partial<Record<"key" | "crt" | "cas", string | undefined>>): CredentialFiles {
  const folder = createTestFolder();
  const texts = { key: good.privateKeyPem, crt: good.certificatePem, cas: authorities(), ...change };
  for (const [ending, text] of Object.entries(texts)) {
    const content = text === "crt" ? good.certificatePem : text;
    if (content !== undefined) writeFileSync(join(folder, `plugin.${ending}`), content);
  }
  const path = (ending: string) => join(folder, `plugin.${ending}`);
  return { clientKey: path("key"), clientCrt: path("crt"), rootCas: path("cas") };
}

function loadFault(files: CredentialFiles, now = new Date()) {
  return catchFault(() => loadCredentials(files, now, never));
}

function authorities(): string {
  return good.authorityPems.join("");
}

function withoutSsh(file: string): string {
  return file.replaceAll(/^(@cert-authority|\S+-cert-v01@openssh.com).*$/gmu, "");
}

function replaceKey(file: string, key: string): string {
  return file.replace(good.privateKeyPem.trimEnd(), key.trimEnd());
}

function toSec1(key: string): string {
  return createPrivateKey(key).export({ type: "sec1", format: "pem" }).toString();
}

function pem(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}
