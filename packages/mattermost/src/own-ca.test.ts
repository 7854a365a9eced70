import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createCertificateAuthority } from "@access-plugins/testing/certificate-authority";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createFakeMattermostServer } from "./testing/index.ts";

const day = 86_400_000;
const validity = { from: new Date(Date.now() - day), until: new Date(Date.now() + day) };

/** The fake behind a TLS proxy whose certificate an authority of our own has issued. */
async function openBehindOwnCa() {
  const authority = await createCertificateAuthority("corporate", validity);
  const names = { commonName: "localhost", dns: ["localhost"], ips: ["127.0.0.1"] };
  const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(names, validity);
  const fake = await createFakeMattermostServer();
  const proxy = createServer({ cert, key }, (incoming, response) => {
    void fetch(`${fake.url}${incoming.url}`, { headers: { authorization: incoming.headers.authorization ?? "" } }).then(
      async (answer) => response.writeHead(answer.status, [...answer.headers]).end(await answer.text()),
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const folder = await mkdtemp(join(tmpdir(), "own-ca-"));
  const ca = join(folder, "ca.pem");
  await writeFile(ca, authority.certificatePem);
  onTestFinished(async () => {
    proxy.close();
    proxy.closeAllConnections();
    await fake.close();
    await rm(folder, { recursive: true });
  });
  const { port } = z.object({ port: z.number() }).parse(proxy.address());
  return { url: `https://127.0.0.1:${port}`, token: fake.token, ca };
}

/** Checks the server in a process of its own: Node reads the variable once, when it starts. */
async function check(url: string, token: string, env: Record<string, string>): Promise<string> {
  const source = `
    import { createRateLimiter, silentLog, systemClock as clock } from ${JSON.stringify(import.meta.resolve("@access-plugins/core"))};
    import { createMattermostMessenger } from ${JSON.stringify(import.meta.resolve("./index.ts"))};
    const deps = { clock, log: silentLog, limiter: createRateLimiter({ clock }), token: () => ${JSON.stringify(token)} };
    const messenger = createMattermostMessenger({ url: ${JSON.stringify(url)} }, deps);
    const call = { signal: AbortSignal.timeout(20_000), lane: "", mayStart: () => true };
    try {
      for await (const { message } of messenger.check(call)) console.log(message);
    } catch (error) {
      console.log(error.message, error.fix);
    }`;
  const args = ["--input-type=module", "--eval", source];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 30_000 });
  return stdout;
}

describe("a server with a certificate of a corporate authority", { timeout: 60_000 }, () => {
  it("is trusted when NODE_EXTRA_CA_CERTS names the authority", async () => {
    const { url, token, ca } = await openBehindOwnCa();
    expect(await check(url, token, { NODE_EXTRA_CA_CERTS: ca })).toContain("Signed in as the bot @teleport.");
  });

  it("is not trusted without, and the error says what to do", async () => {
    const { url, token } = await openBehindOwnCa();
    expect(await check(url, token, {})).toMatch(/did not reach Mattermost \(.*NODE_EXTRA_CA_CERTS/u);
  });
});
