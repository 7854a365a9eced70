import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { systemClock } from "@access-plugins/core";
import { createFakeAuthService, type FakeAuthService } from "@access-plugins/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { catchFault } from "../testing/catch-fault.ts";
import { createFindProxy } from "./proxy-settings.ts";
import { toRoutingProtocol } from "./tls-routing.ts";
import { createOpenWeb } from "./web-tls.ts";
import { openTcp } from "./wire.ts";

const never = new AbortController().signal;
const hour = 3_600_000;
const settings = { cluster_name: "example.com", server_version: "18.0.0", proxy: { tls_routing_enabled: true } };

let auth: FakeAuthService;

beforeAll(async () => {
  auth = await createFakeAuthService();
});

afterAll(() => auth.close());

test("a Proxy tells its cluster and whether it routes TLS", async () => {
  const seen: string[] = [];
  const find = await startWeb((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host}`);
    response.end(JSON.stringify({ ...settings, more: 1 }));
  });
  const { port, found } = find;
  expect(await found()).toMatchObject({ clusterName: "example.com", serverVersion: "18.0.0", tlsRouting: true });
  expect(seen).toEqual([`GET /webapi/find 127.0.0.1:${port}`]);
});

test("what an old Proxy leaves out is off or empty", async () => {
  const { found } = await startWeb((_, response) => response.end(JSON.stringify({ proxy: {} })));
  expect(await found()).toMatchObject({ clusterName: "", serverVersion: "", tlsRouting: false });
});

describe("no Proxy:", () => {
  test.each<[string, RequestListener, string, string]>([
    ["404", (_, response) => response.writeHead(404).end("nothing here"), "invalid_config", "answers HTTP 404"],
    [
      "a redirect",
      (_, response) => response.writeHead(302, { location: "/login" }).end(),
      "invalid_config",
      "answers HTTP 302",
    ],
    ["502", (_, response) => response.writeHead(502).end(), "unavailable", "answers HTTP 502"],
    ["HTML", (_, response) => response.end("<html>"), "invalid_config", "is no JSON"],
    ["other JSON", (_, response) => response.end('{"hello":"world"}'), "invalid_config", "another shape"],
    ["an endless answer", (_, response) => response.end("x".repeat(1_100_000)), "invalid_config", "too long"],
    ["a hang-up", (request) => request.socket.destroy(), "unavailable", "closed by the other side"],
  ])("%s", async (_, answer, code, text) => {
    const { found } = await startWeb(answer);
    const fault = await catchFault(found);
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(text);
    expect(fault.message).not.toContain("nothing here");
  });
});

test("a certificate for another name is not trusted", async () => {
  const { found } = await startWeb((_, response) => response.end(JSON.stringify(settings)), ["127.0.0.2"]);
  const fault = await catchFault(found);
  expect(fault).toMatchObject({ code: "unauthenticated", reason: "ERR_TLS_CERT_ALTNAME_INVALID" });
});

test("an abort ends the question", async () => {
  const stop = new AbortController();
  const { found } = await startWeb(() => stop.abort());
  expect(await catchFault(() => found(stop.signal))).toMatchObject({ code: "aborted" });
});

test("the cluster's name is spelt in hexadecimal, within ALPN's 255 bytes", () => {
  expect(toRoutingProtocol("one")).toBe("teleport-auth@6f6e65.teleport.cluster.local");
  expect(toRoutingProtocol("x".repeat(109)).length).toBeLessThanOrEqual(255);
  expect(() => toRoutingProtocol("x".repeat(110))).toThrow(expect.objectContaining({ code: "invalid_config" }));
});

async function startWeb(answer: RequestListener, ips: readonly string[] = ["127.0.0.1"]) {
  const [authority] = auth.authorities.authorities;
  if (authority === undefined) throw new Error("the cluster has no authority");
  const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(
    { commonName: "web", dns: [], ips },
    { from: new Date(Date.now() - hour), until: new Date(Date.now() + hour) },
  );
  const server = createServer({ cert, key }, answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const find = createFindProxy(createOpenWeb(openTcp, systemClock, [authority.certificatePem]), systemClock);
  return { port, found: (signal = never) => find({ host: "127.0.0.1", port }, signal) };
}
