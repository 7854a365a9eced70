import { createPublicKey, verify, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIdentityFile } from "./identity-file-reader.ts";
import { createIdentityIssuer } from "./identity-issuer.ts";

const subject = { user: "alice@example.com", roles: ["access", "editor"], traits: { level: ["L1"] } };

describe("the certificate", () => {
  test("has the layout of a Teleport user certificate", async () => {
    const issuer = await createIdentityIssuer("example.com");
    const { certificatePem, authorityPems } = await issuer.issue(subject);
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.toLegacyObject().subject).toEqual({
      L: subject.user,
      O: subject.roles,
      CN: subject.user,
      street: "example.com",
      postalCode: '{"level":["L1"]}',
      "1.3.9999.1.7": "example.com",
    });
    expect(certificate.issuer).toBe("O=example.com\nCN=example.com");
    const authority = new X509Certificate(authorityPems[0] ?? "");
    expect([certificate.verify(authority.publicKey), authority.ca, certificate.ca]).toEqual([true, true, false]);
  });

  test("carries any name and role unchanged", async () => {
    const issuer = await createIdentityIssuer("example.com");
    const name = fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" }).filter((text) => !text.includes("\0"));
    await fc.assert(
      fc.asyncProperty(name, fc.array(name, { minLength: 2, maxLength: 3 }), async (user, roles) => {
        const { certificatePem } = await issuer.issue({ user, roles, traits: {} });
        expect(new X509Certificate(certificatePem).toLegacyObject().subject).toMatchObject({ CN: user, O: roles });
      }),
      { numRuns: 30 },
    );
  });

  test("is valid from a minute ago for a year, or as asked", async () => {
    const issuer = await createIdentityIssuer("example.com");
    const usual = new X509Certificate((await issuer.issue(subject)).certificatePem);
    const days = (Date.parse(usual.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(364.9);
    expect(Date.parse(usual.validFrom)).toBeLessThan(Date.now());
    const validUntil = new Date("2020-02-01T00:00:00Z");
    const validFrom = new Date("2020-01-01T00:00:00Z");
    const past = new X509Certificate((await issuer.issue(subject, { validFrom, validUntil })).certificatePem);
    expect([Date.parse(past.validFrom), Date.parse(past.validTo)]).toEqual([validFrom.getTime(), validUntil.getTime()]);
  });
});

describe("the identity file", () => {
  test("holds its parts in the genuine order and comes apart again", async () => {
    const issuer = await createIdentityIssuer("example.com");
    await issuer.rotate();
    const identity = await issuer.issue(subject);
    const kinds = identity.file.match(/^(-----BEGIN .*-----|ecdsa-sha2\S+|@cert-authority \S+)/gm);
    expect(kinds).toEqual([
      "-----BEGIN PRIVATE KEY-----",
      "ecdsa-sha2-nistp256-cert-v01@openssh.com",
      "-----BEGIN CERTIFICATE-----",
      "@cert-authority proxy.example.com,example.com,*.example.com",
      "-----BEGIN CERTIFICATE-----",
      "-----BEGIN CERTIFICATE-----",
    ]);
    expect(identity).toMatchObject(parseIdentityFile(identity.file));
  });

  test.each(["", "text only", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"])("%j is none", (text) => {
    expect(() => parseIdentityFile(text)).toThrow("An identity file holds a private key and a certificate.");
  });
});

describe("the SSH certificate", () => {
  /** Length-prefixed fields from the start, as far as they go. */
  function readFields(blob: Buffer, count: number): { fields: Buffer[]; rest: Buffer } {
    const fields: Buffer[] = [];
    let rest = blob;
    while (fields.length < count) {
      const end = 4 + rest.readUInt32BE(0);
      fields.push(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
    return { fields, rest };
  }

  test("is of the identity's key and signed by the authority of the file", async () => {
    const issuer = await createIdentityIssuer("example.com");
    const { sshCertificate, privateKeyPem, sshAuthorities } = await issuer.issue(subject);
    const [type, base64 = ""] = sshCertificate.split(" ");
    const blob = Buffer.from(base64, "base64");
    const { fields: head, rest } = readFields(blob, 4);
    expect([String(head[0]), String(head[2])]).toEqual([type, "nistp256"]);
    const { x = "", y = "" } = createPublicKey(privateKeyPem).export({ format: "jwk" });
    const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    expect(head[3]).toEqual(point);
    // Serial and type, then key id, principals; validity; options, extensions, reserved, authority, signature.
    const { fields: names, rest: validity } = readFields(rest.subarray(12), 2);
    expect(String(names[0])).toBe(subject.user);
    const { fields: tail } = readFields(validity.subarray(16), 5);
    const [, , , authority = Buffer.alloc(0), signature = Buffer.alloc(0)] = tail;
    expect(sshAuthorities[0]).toContain(authority.toString("base64"));
    const signed = blob.subarray(0, blob.length - signature.length - 4);
    const raw = readFields(authority, 2).fields[1] ?? Buffer.alloc(0);
    const key = { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") };
    const publicKey = createPublicKey({ key, format: "jwk" });
    expect(verify(null, signed, publicKey, readFields(signature, 2).fields[1] ?? Buffer.alloc(0))).toBe(true);
  });
});
