import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFakeProxy } from "../fake-auth-service/proxy/fake-proxy.ts";
import { createFakeHttpProxy } from "../fake-auth-service/proxy/http-proxy.ts";
import { createFakeTlsFront } from "../fake-auth-service/proxy/tls-front.ts";
import { toToml } from "../simulated-config.ts";
import type { Theatre } from "../theatre.ts";

/** A company's network: nothing outside has an address, and every certificate is of an authority of its own. */
export interface PrivateNetwork {
  /** The one way out, with credentials. */
  readonly env: { readonly HTTPS_PROXY: string };
  /** Part of the credentials: no line may hold it. */
  readonly password: string;
  /** `host:port` of all that is outside: the Proxy of Teleport and what the chat platform consists of. */
  readonly outside: { readonly teleport: string; readonly chat: readonly string[] };
  /** What the HTTP proxy was asked to connect to so far. */
  readonly targets: readonly string[];
  /** Files of certificates to trust; `store` is a folder with all of them. */
  readonly trust: { readonly all: string; readonly teleport: string; readonly chat: string; readonly store: string };
  close(): void;
}

const teleport = "teleport.example.com:443";
const origins = /https?:\/\/(?:127\.0\.0\.1|localhost):\d+/gu;

export interface PrivateNetworkOptions {
  /** The HTTP proxy is spoken to over TLS. Default false. */
  readonly secure?: boolean;
}

/** Moves all that the plugin's configuration names behind an HTTP proxy and private certificates. */
async function enterPrivateNetwork(
  { auth, dir, editConfig }: Theatre,
  { secure = false }: PrivateNetworkOptions = {},
): Promise<PrivateNetwork> {
  const { address: authAddress, clusterName } = auth;
  const proxy = await createFakeProxy({ authAddress, clusterName, publicAddr: teleport });
  const hosts: Record<string, string> = { [teleport]: proxy.address };
  const found = new Set<string>();
  await editConfig((toml) => {
    for (const [origin] of toml.matchAll(origins)) found.add(origin);
    return toml
      .replace(toToml(authAddress), toToml(teleport))
      .replace(origins, (origin) => `https://${nameOf(origin)}`);
  });
  const fronts = await Promise.all(
    [...found].map(async (upstream) => {
      const front = await createFakeTlsFront({ upstream, name: nameOf(upstream) });
      hosts[`${nameOf(upstream)}:443`] = front.address;
      return front;
    }),
  );
  const password = "hunter22";
  const httpProxy = await createFakeHttpProxy({ hosts, secure, credentials: `worker:${password}` });
  const store = await mkdtemp(join(dir, "trusted-"));
  const save = async (name: string, certificates: readonly string[]) => {
    const path = join(store, `${name}.pem`);
    await writeFile(path, certificates.join("\n"));
    return path;
  };
  const chatAuthorities = fronts.map(({ authorityPem }) => authorityPem);
  return {
    env: { HTTPS_PROXY: httpProxy.url.replace("//", `//worker:${password}@`) },
    password,
    outside: { teleport, chat: [...found].map((origin) => `${nameOf(origin)}:443`) },
    targets: httpProxy.targets,
    trust: {
      all: await save("all", [httpProxy.webAuthorityPem, proxy.webAuthorityPem, ...chatAuthorities]),
      teleport: await save("teleport", [proxy.webAuthorityPem]),
      chat: await save("chat", chatAuthorities),
      store,
    },
    close() {
      for (const one of [httpProxy, proxy, ...fronts]) one.close();
    },
  };
}

/** What is known as an address and a port on this machine has a name in there. */
function nameOf(origin: string): string {
  return `chat-${new URL(origin).port}.example.com`;
}

/** Plays a scene in a private network of its own. */
export async function within(
  theatre: Theatre,
  scene: (network: PrivateNetwork) => Promise<void>,
  options?: PrivateNetworkOptions,
): Promise<void> {
  const network = await enterPrivateNetwork(theatre, options);
  try {
    await scene(network);
  } finally {
    network.close();
  }
}
