import { type Clock, isExempt, type ProxySettings } from "@access-plugins/core";
import { type Target, toTargetText } from "./address.ts";
import { createProxiedWire, toHttpProxy } from "./http-proxy.ts";
import { limitStep } from "./step-limit.ts";
import { createOpenWeb, type OpenWeb } from "./web-tls.ts";
import { type OpenWire, openTcp } from "./wire.ts";

/** How this machine reaches others: directly, or through an HTTP proxy. Every step has a deadline of its own. */
export interface Network {
  readonly clock: Clock;
  readonly openWire: OpenWire;
  readonly openWeb: OpenWeb;
  /** The target for logs and errors, with the HTTP proxy on the way to it. */
  describe(target: Target): string;
}

export interface NetworkOptions {
  readonly clock: Clock;
  /** The one for `https` is used: connections to Teleport are TLS. Default: none. */
  readonly proxy?: ProxySettings | undefined;
  /** PEM certificates that web certificates may chain to, besides the machine's own. */
  readonly webAuthorities?: readonly string[] | undefined;
}

export function createNetwork({ clock, proxy, webAuthorities }: NetworkOptions): Network {
  const openDirect: OpenWire = (target, signal) => limitStep(clock, signal, (limit) => openTcp(target, limit));
  const httpProxy = toHttpProxy(proxy?.https ?? "");
  const none = proxy?.none ?? "";
  if (httpProxy === undefined) {
    const openWeb = createOpenWeb(openDirect, clock, webAuthorities);
    return { clock, openWire: openDirect, openWeb, describe: toTargetText };
  }
  const openWebDirect = createOpenWeb(openDirect, clock, webAuthorities);
  const openProxied = createProxiedWire(httpProxy, { openWire: openDirect, openWeb: openWebDirect, clock });
  const openWire: OpenWire = (target, signal) => (isExempt(target, none) ? openDirect : openProxied)(target, signal);
  return {
    clock,
    openWire,
    openWeb: createOpenWeb(openWire, clock, webAuthorities),
    describe: (target) =>
      isExempt(target, none)
        ? toTargetText(target)
        : `${toTargetText(target)} through the HTTP proxy ${toTargetText(httpProxy)}`,
  };
}
