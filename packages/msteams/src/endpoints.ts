import { isIP } from "node:net";
import { type Cloud, type CloudName, clouds } from "./clouds.ts";

/** The three services Teams consists of for us. */
export type Service = "login" | "graph" | "connector";

/** What decides where calls go. */
export interface EndpointSettings {
  readonly cloud: CloudName;
  readonly region?: string | undefined;
  /** Replace a host of the cloud, for closed networks: origins. */
  readonly endpoints: { readonly [S in Service]?: string | undefined };
}

/** Where calls go. Tokens and secrets are sent to these three origins and nowhere else. */
export interface Endpoints {
  /** Origins, without a slash at the end. */
  readonly login: string;
  readonly graph: string;
  readonly connector: string;
  /** `<connector>/<region>`. */
  readonly connectorBase: string;
  /** The cloud itself: scopes, and the host that Graph's bodies refer to, stay the same behind a gateway. */
  readonly cloud: Cloud;
}

export function toEndpoints(settings: EndpointSettings): Endpoints {
  const cloud = clouds[settings.cloud];
  const { login = cloud.login, graph = cloud.graph, connector = cloud.connector } = settings.endpoints;
  return { login, graph, connector, connectorBase: `${connector}/${settings.region ?? cloud.region}`, cloud };
}

/** Whether a call to `url` stays at the origin of its service: only then may it carry a token. */
export function isAtService(url: string, service: Service, endpoints: Endpoints): boolean {
  return URL.parse(url)?.origin === endpoints[service];
}

/**
 * `host`, `host:port` or `https://host:port` as an origin; undefined for anything else. Plain http only where `service`
 * allows it, and only to this machine: tokens travel in these calls.
 */
export function toOrigin(text: string, service: Service): string | undefined {
  const url = URL.parse(/^[a-z]+:\/\//iu.test(text) ? text : `https://${text}`);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return undefined;
  }
  if (url.pathname !== "/") return undefined;
  const allowed = url.protocol === "https:" || (url.protocol === "http:" && service !== "login" && isLoopback(url));
  return allowed ? url.origin : undefined;
}

function isLoopback({ hostname }: URL): boolean {
  if (hostname === "localhost" || hostname === "[::1]") return true;
  return isIP(hostname) === 4 && hostname.startsWith("127.");
}
