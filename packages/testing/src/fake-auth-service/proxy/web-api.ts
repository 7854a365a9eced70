import type { Profile } from "../cluster/profiles.ts";

/** What the Proxy's unauthenticated web API tells about itself. */
export interface WebApiFacts {
  readonly clusterName: string;
  readonly profile: Profile;
  /** `host:port` under which the Proxy is reached. */
  readonly publicAddr: string;
  /** `host:port` for SSH tunnels, when that is a port of its own. */
  readonly tunnelAddr: string;
  /** One port for everything; false means separate ports, of which only SSH tunnels reach Auth. */
  readonly tlsRouting: boolean;
  readonly enterprise: boolean;
}

/** The answer to a GET of this path: `/webapi/find` and `/webapi/ping` are known, all else is 404. */
export function toWebAnswer(path: string, facts: WebApiFacts): { readonly status: number; readonly body: object } {
  if (path === "/webapi/find") return { status: 200, body: toFind(facts) };
  if (path === "/webapi/ping") return { status: 200, body: toPing(facts) };
  return { status: 404, body: { error: { message: `path ${path} not found` } } };
}

function toFind({ clusterName, profile, publicAddr, tunnelAddr, tlsRouting, enterprise }: WebApiFacts) {
  return {
    proxy: {
      kube: { enabled: false },
      ssh: {
        listen_addr: "0.0.0.0:3023",
        tunnel_listen_addr: "0.0.0.0:3024",
        web_listen_addr: "0.0.0.0:3080",
        public_addr: publicAddr,
        ...(tunnelAddr === "" ? {} : { ssh_tunnel_public_addr: tunnelAddr }),
        dial_timeout: 30_000_000_000,
      },
      db: {},
      tls_routing_enabled: tlsRouting,
    },
    cluster_name: clusterName,
    server_version: profile.serverVersion,
    min_client_version: profile.minClientVersion,
    edition: enterprise ? "ent" : "oss",
    fips: false,
    automatic_upgrades: false,
  };
}

const toPing = (facts: WebApiFacts) => ({
  auth: { type: "local", second_factor: "on", preferred_local_mfa: "webauthn", allow_passwordless: true },
  ...toFind(facts),
});
