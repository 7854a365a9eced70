import { type Target, toTargetText } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import { authServerName, checkProtocol, type Route } from "./route.ts";
import { type OpenWire, startTls } from "./wire.ts";

/** Straight to the Auth Service's own port. */
export function createDirectRoute(target: Target, openWire: OpenWire): Route {
  return {
    name: "direct",
    target: toTargetText(target),
    async connect({ secureContext }, signal) {
      try {
        const wire = await openWire(target, signal);
        const options = { secureContext, servername: authServerName, ALPNProtocols: ["h2"] };
        return checkProtocol(await startTls(wire, options, signal));
      } catch (thrown) {
        throw toDialError(thrown, "auth");
      }
    },
  };
}
