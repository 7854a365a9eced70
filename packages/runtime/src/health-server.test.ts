import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HealthServer, startHealthServer } from "./health-server.ts";
import { createMetrics } from "./metrics.ts";

let server: HealthServer;
let problems: string[];

beforeEach(async () => {
  problems = [];
  const metrics = createMetrics("example");
  metrics.count("notifications_total", { kind: "post", outcome: "delivered" });
  server = await startHealthServer(
    { host: "127.0.0.1", port: 0 },
    {
      status: () => ({ ready: problems.length === 0, problems, openRequests: 3 }),
      contentType: metrics.contentType,
      renderMetrics: metrics.render,
      redact: (text) => text.replaceAll("planted-secret", "[redacted]"),
    },
  );
});

afterEach(() => server.close());

async function get(path: string, method = "GET") {
  const response = await fetch(`http://${server.address}${path}`, { method, signal: AbortSignal.timeout(5_000) });
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
}

describe("startHealthServer", () => {
  test("/livez answers whatever the plugin's state is", async () => {
    problems = ["The watch is not connected."];
    expect(await get("/livez")).toMatchObject({ status: 200, body: '{"status":"ok"}\n' });
  });

  test("/readyz is 200 when ready", async () => {
    const { status, type, body } = await get("/readyz?verbose");
    expect({ status, type }).toEqual({ status: 200, type: "application/json" });
    expect(JSON.parse(body)).toEqual({ ready: true, problems: [], open_requests: 3 });
  });

  test("/readyz is 503 with the reasons when not, without secrets", async () => {
    problems = ["The token planted-secret was refused."];
    const { status, body } = await get("/readyz");
    expect(status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ ready: false, problems: ["The token [redacted] was refused."] });
  });

  test("/metrics speaks Prometheus", async () => {
    const { status, type, body } = await get("/metrics");
    expect({ status, type }).toEqual({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8" });
    expect(body).toContain('teleport_chat_notifications_total{kind="post",outcome="delivered",platform="example"} 1');
  });

  test.each([
    ["/", "GET", 404],
    ["/metrics/", "GET", 404],
    ["/livez", "POST", 405],
    ["/readyz", "HEAD", 200],
  ])("%s by %s is %i", async (path, method, status) => {
    expect(await get(path, method)).toMatchObject({ status });
  });

  test("an address in use is told with its fix", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const sources = { status: () => ({ ready: true, problems: [], openRequests: 0 }), contentType: "" };
    const start = startHealthServer(
      { host: "127.0.0.1", port },
      { ...sources, renderMetrics: async () => "", redact: (text) => text },
    );
    await expect(start).rejects.toMatchObject({
      code: "invalid_config",
      message: `cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
      fix: "Set `listen_addr` of [diagnostics] to a free address of this machine, or remove it.",
    });
    other.close();
  });

  test("close ends open connections and the port is free again", async () => {
    await get("/livez");
    await server.close();
    await expect(get("/livez")).rejects.toThrow("fetch failed");
  });
});
