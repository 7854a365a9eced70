import { connect as connectTls, createServer } from "node:tls";
import { createSocketSet, join, listen } from "./sockets.ts";
import { createWebCertificate } from "./web-certificate.ts";

export interface FakeTlsFrontOptions {
  /** `http://host:port` or `https://host:port` of what is behind it; certificates there are not looked at. */
  readonly upstream: string;
  /** The name it is known by; its certificate is for that. */
  readonly name: string;
}

/** What ends TLS before a server, with a certificate of a private authority, and passes on what it decrypts. */
export interface FakeTlsFront {
  /** `host:port`. */
  readonly address: string;
  readonly authorityPem: string;
  close(): void;
}

export async function createFakeTlsFront({ upstream, name }: FakeTlsFrontOptions): Promise<FakeTlsFront> {
  const { protocol, hostname: host, host: target, port } = new URL(upstream);
  const sockets = createSocketSet();
  const { cert, key, authorityPem } = await createWebCertificate("127.0.0.1", name);
  const connectUpstream = () =>
    protocol === "https:"
      ? sockets.add(connectTls({ host, port: Number(port), rejectUnauthorized: false }).setNoDelay())
      : sockets.connect(target);
  const server = createServer({ cert, key, noDelay: true }, (socket) => join(sockets.add(socket), connectUpstream()));
  const address = await listen(server, "127.0.0.1", 0);
  return {
    address,
    authorityPem,
    close() {
      server.close();
      sockets.destroy();
    },
  };
}
