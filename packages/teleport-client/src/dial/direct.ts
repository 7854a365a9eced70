import { type Target, toTargetText } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import { type Route, startAuthTls } from "./route.ts";
import type { OpenWire } from "./wire.ts";

/** Straight to the Auth Service's own port. */
export function createDirectRoute(target: Target, openWire: OpenWire): Route {
  return {
    name: "direct",
    target: toTargetText(target),
    async connect(credentials, signal) {
      try {
        return await startAuthTls(await openWire(target, signal), credentials, [], signal);
      } catch (thrown) {
        throw toDialError(thrown, "auth");
      }
    },
  };
}
