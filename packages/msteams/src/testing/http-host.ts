import { createServer as createPlainServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type CallPath, handleCall, type Service } from "./call-handler.ts";

/** A service at its own port. */
export interface HttpHost {
  /** `http://127.0.0.1:1234`. */
  readonly origin: string;
  close(): Promise<void>;
}

export interface HttpHostOptions {
  readonly address: string;
  /** 0 for any free port. */
  readonly port: number;
  /** PEM; with it the host speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers requests that are none of the service's; true when it did. */
  readonly control?: (request: IncomingMessage, text: string, response: Parameters<RequestListener>[1]) => boolean;
}

export async function openHost(path: CallPath, service: Service, options: HttpHostOptions): Promise<HttpHost> {
  const listener: RequestListener = (request, response) => {
    const handle = async () => {
      const text = await readText(request);
      if (options.control?.(request, text, response)) return;
      const url = new URL(request.url ?? "/", "http://fake");
      await handleCall(
        path,
        service,
        { method: request.method ?? "GET", url, headers: request.headers, text },
        response,
      );
    };
    handle().catch((thrown) => response.destroy(thrown));
  };
  const server: Server = options.tls ? createTlsServer({ ...options.tls }, listener) : createPlainServer(listener);
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port, options.address, resolve);
  });
  return {
    origin: `${options.tls ? "https" : "http"}://${hostOf(server.address())}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function hostOf(address: string | AddressInfo | null): string {
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port");
  return `${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
}
