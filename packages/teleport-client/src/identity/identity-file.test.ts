import fc from "fast-check";
import { expect, test } from "vitest";
import { identityPlace } from "./credential-place.ts";
import { parseIdentityFile } from "./identity-file.ts";

const place = identityPlace("/var/lib/plugin/identity");
const base64 = fc.stringMatching(/^[A-Za-z0-9+/]{4,64}$/u);
/** Anything on a line of its own that is none of the parts. */
const noise = fc
  .string({ maxLength: 80 })
  .map((line) => line.replaceAll(/[\r\n]/gu, " "))
  .filter((line) => !/^\s*(-----BEGIN|@cert-authority|[a-z0-9-]+-cert-v\d\d@openssh\.com)/u.test(line));

test("only the order of the PEM blocks counts, whatever stands between and around them", () => {
  fc.assert(
    fc.property(
      fc.array(base64, { minLength: 3, maxLength: 6 }),
      fc.array(noise, { minLength: 8, maxLength: 8 }),
      fc.constantFrom("\n", "\r\n", "  \n", "\n\t"),
      (bodies, between, lineEnd) => {
        const blocks = bodies.map(
          (body, index) => `-----BEGIN PART ${index}-----\n${body}\n-----END PART ${index}-----`,
        );
        const text = between.flatMap((line, index) => [line, blocks[index] ?? ""]).join("\n");
        const parsed = parseIdentityFile(text.replaceAll("\n", lineEnd), place);
        const found = [parsed.privateKey, parsed.certificate, ...parsed.authorities];
        expect(found.map((block) => block.base64)).toEqual(bodies);
        expect(parsed.sshCertificate).toBeUndefined();
      },
    ),
  );
});

test("a file cut off anywhere is refused or holds a part of what the whole one holds", () => {
  const blocks = ["KEY", "CERT", "CA1", "CA2"].map(
    (name) => `-----BEGIN ${name}-----\nAAAA${name}\n-----END ${name}-----\n`,
  );
  const whole = blocks.join("");
  fc.assert(
    fc.property(fc.nat(whole.length), (length) => {
      const cut = whole.slice(0, length);
      let found: readonly string[];
      try {
        found = parseIdentityFile(cut, place).authorities.map((block) => block.label);
      } catch (fault) {
        expect(fault).toMatchObject({ code: "invalid_config", message: expect.stringContaining(place.path) });
        return;
      }
      expect(["CA1", "CA2"].slice(0, found.length)).toEqual(found);
    }),
  );
});

test("the last SSH certificate wins, authorities keep their order", () => {
  const lines = [
    "ssh-rsa-cert-v01@openssh.com AAAA1",
    "@cert-authority one ssh-rsa AAAA",
    "ecdsa-sha2-nistp256-cert-v01@openssh.com AAAA2",
    "@cert-authority two ssh-rsa AAAA",
    "ssh-rsa AAAA3",
  ];
  const pem = "-----BEGIN X-----\nAAAA\n-----END X-----\n";
  const parsed = parseIdentityFile([pem, pem, ...lines, pem].join("\n"), place);
  expect(parsed.sshCertificate).toBe(lines[2]);
  expect(parsed.sshAuthorities).toEqual([lines[1], lines[3]]);
});
