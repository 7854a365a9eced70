import type { ProxySettings } from "@access-plugins/core";
import { readTrustedCertificates } from "./certificate-trust.ts";
import { parseConnectionUpgrade } from "./connection-upgrade.ts";
import type { FaultList } from "./fault.ts";
import { parseGoBool } from "./go-bool.ts";

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says. */
export interface EnvironmentSettings {
  /** `TELEPORT_PLUGIN_FAIL_FAST`: end with an error instead of reconnecting. */
  readonly failFast: boolean;
  /** `SSL_CERT_FILE`: certificates to trust besides Node's own, in PEM. */
  readonly certificates: readonly string[];
  /** `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, or their lower-case forms. */
  readonly proxy: ProxySettings;
  /** `TELEPORT_TLS_ROUTING_CONN_UPGRADE`: whether a Proxy (`host:port`) needs a connection upgrade; undefined: unsaid. */
  readonly connectionUpgrade: ((address: string) => boolean) | undefined;
  /** `TELEPORT_TUNNEL_PUBLIC_ADDR`: where SSH tunnels are taken; empty leaves it to the Proxy. */
  readonly tunnelAddr: string;
}

const failFastName = "TELEPORT_PLUGIN_FAIL_FAST";

export async function readEnvironment(environment: Environment, faults: FaultList): Promise<EnvironmentSettings> {
  const text = environment[failFastName] ?? "";
  const failFast = text === "" ? false : parseGoBool(text);
  if (failFast === undefined) {
    const message = `failed to parse content '${text}' of the ${failFastName} environment variable`;
    faults.error([], message, `set ${failFastName} to "true" or "false", or unset it`);
  }
  const certificates = await readTrustedCertificates(environment["SSL_CERT_FILE"] ?? "", faults);
  return {
    failFast: failFast ?? false,
    certificates,
    proxy: readProxies(environment, faults),
    connectionUpgrade: parseConnectionUpgrade(environment["TELEPORT_TLS_ROUTING_CONN_UPGRADE"] ?? "", faults),
    tunnelAddr: environment["TELEPORT_TUNNEL_PUBLIC_ADDR"] ?? "",
  };
}

function readProxies(environment: Environment, faults: FaultList): ProxySettings {
  /** As it is spelt there, so that a fault names what somebody has set. */
  const find = (name: string) => (environment[name] ? name : name.toLowerCase());
  const read = (name: string) => toProxyUrl(find(name), environment[find(name)] ?? "", faults);
  return { http: read("HTTP_PROXY"), https: read("HTTPS_PROXY"), none: environment[find("NO_PROXY")] ?? "" };
}

/** A host without a scheme is one of an HTTP proxy, as everywhere. The value may hold a password: it is not quoted. */
function toProxyUrl(name: string, text: string, faults: FaultList): string {
  if (text === "") return "";
  const url = text.includes("://") ? text : `http://${text}`;
  if (URL.canParse(url) && isProxyUrl(new URL(url))) return url;
  const message = /^socks/iu.test(url)
    ? `the environment variable ${name} names a SOCKS proxy; only HTTP proxies (CONNECT) are supported`
    : `the environment variable ${name} does not name an HTTP proxy`;
  faults.error([], message, `set ${name} to "http://host:port", or unset it to connect directly`);
  return "";
}

/** A lone `%` in a password has to be written as `%25`. */
function isProxyUrl({ protocol, username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return protocol === "http:" || protocol === "https:";
  } catch {
    return false;
  }
}
