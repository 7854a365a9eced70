import type { Target } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import type { Network } from "./network.ts";
import { type Route, startAuthTls } from "./route.ts";
import { limitStep } from "./step-limit.ts";

/** Straight to the Auth Service's own port. */
export function createDirectRoute(target: Target, network: Network): Route {
  return {
    name: "direct",
    target: network.describe(target),
    async connect(credentials, signal) {
      try {
        const wire = await network.openWire(target, signal);
        return await limitStep(network.clock, signal, (limit) => startAuthTls(wire, credentials, [], limit));
      } catch (thrown) {
        throw toDialError(thrown, "auth");
      }
    },
  };
}
