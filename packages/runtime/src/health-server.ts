import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type NotifierStatus, PluginError } from "@access-plugins/core";
import type { ListenAddress } from "./listen-address.ts";

/** What the endpoints tell. */
export interface HealthSources {
  status(): NotifierStatus;
  readonly contentType: string;
  renderMetrics(): Promise<string>;
  /** Applied to every answer. */
  redact(text: string): string;
}

/** The running endpoints. */
export interface HealthServer {
  /** Where it listens: `127.0.0.1:8081`. */
  readonly address: string;
  close(): Promise<void>;
}

/** A client that dawdles may not hold a connection for longer. */
const requestTimeoutMs = 5_000;

/**
 * Serves `/livez` (the process answers), `/readyz` (200 or 503, with what keeps it from being ready) and `/metrics`.
 * Throws `invalid_config` when the address cannot be listened on.
 */
export async function startHealthServer(listen: ListenAddress, sources: HealthSources): Promise<HealthServer> {
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
    (request, response) => {
      response.setHeader("cache-control", "no-store");
      if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("allow", "GET, HEAD");
        send(response, 405, "text/plain", "only GET and HEAD\n");
        return;
      }
      answer(request.url ?? "/", response, sources).catch((thrown: unknown) => {
        send(response, 500, "text/plain", sources.redact(`${PluginError.from(thrown).message}\n`));
      });
    },
  );
  await listenOn(server, listen);
  return {
    address: describeAddress(server),
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}

async function answer(url: string, response: ServerResponse, sources: HealthSources): Promise<void> {
  const path = url.split("?", 1)[0];
  if (path === "/livez") {
    sendJson(response, 200, { status: "ok" }, sources);
  } else if (path === "/readyz") {
    const { ready, problems, openRequests } = sources.status();
    sendJson(response, ready ? 200 : 503, { ready, problems, open_requests: openRequests }, sources);
  } else if (path === "/metrics") {
    send(response, 200, sources.contentType, sources.redact(await sources.renderMetrics()));
  } else {
    send(response, 404, "text/plain", "there are /livez, /readyz and /metrics\n");
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown, { redact }: HealthSources): void {
  send(response, status, "application/json", redact(`${JSON.stringify(body)}\n`));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

async function listenOn(server: Server, { host, port }: ListenAddress): Promise<void> {
  try {
    server.listen({ port, ...(host === undefined ? {} : { host }) });
    await once(server, "listening");
  } catch (thrown) {
    const reason = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";
    throw new PluginError("invalid_config", `cannot listen on ${host ?? ""}:${port} (${reason})`, {
      operation: "diagnostics",
      reason,
      fix: "Set `listen_addr` of [diagnostics] to a free address of this machine, or remove it.",
      cause: thrown,
    });
  }
}

function describeAddress(server: Server): string {
  const address = server.address();
  if (typeof address === "string" || address === null) return String(address);
  return address.family === "IPv6" ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}
