import { type Target, toTargetText } from "./address.ts";
import type { Network } from "./network.ts";
import { createFindProxy, type ProxySettings } from "./proxy-settings.ts";
import { notApplicable } from "./route.ts";
import { probeUpgrade } from "./upgrade-probe.ts";

/** What the routes through one Proxy have to know about it; each thing is asked once, however many routes ask. */
export interface Discovery {
  readonly target: Target;
  /** What the operator says about the connection upgrade; undefined leaves it to the probe. */
  readonly isUpgradeForced: boolean | undefined;
  /** The Proxy's own settings. Throws a `PluginError` that says why there was no answer; the next call asks anew. */
  settings(signal: AbortSignal): Promise<ProxySettings>;
  /** The same for routes that leave it to TLS routing to tell why there was no answer: to them it is not applicable. */
  knownSettings(signal: AbortSignal): Promise<ProxySettings>;
  /** Whether the Proxy is behind something that only a connection upgrade gets through. */
  needsUpgrade(signal: AbortSignal): Promise<boolean>;
}

/** What an operator knows better than a Proxy. */
export interface DiscoveryHints {
  /** Whether an address (`host:port`) needs a connection upgrade; without it a probe tells. */
  readonly connectionUpgrade?: ((address: string) => boolean) | undefined;
  /** Where SSH tunnels are taken; without it the Proxy tells. */
  readonly tunnel?: Target | undefined;
}

export function createDiscovery(target: Target, network: Network, hints: DiscoveryHints): Discovery {
  const { connectionUpgrade, tunnel } = hints;
  const findProxy = createFindProxy(network.openWeb, network.clock);
  const isUpgradeForced = connectionUpgrade?.(toTargetText(target));
  const settings = askOnce(async (signal) => {
    const found = await findProxy(target, signal);
    return { ...found, tunnel: tunnel ?? found.tunnel };
  });
  return {
    target,
    isUpgradeForced,
    settings,
    async knownSettings(signal) {
      try {
        return await settings(signal);
      } catch (thrown) {
        signal.throwIfAborted();
        throw notApplicable("the Proxy did not tell its settings", thrown);
      }
    },
    needsUpgrade: askOnce(async (signal) => isUpgradeForced ?? probeUpgrade(target, network.openWeb, signal)),
  };
}

/** A failure is not kept. */
function askOnce<T>(ask: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let answer: Promise<T> | undefined;
  return (signal) => {
    answer ??= ask(signal).catch((thrown: unknown) => {
      answer = undefined;
      throw thrown;
    });
    return answer;
  };
}
