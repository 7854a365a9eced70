import { request } from "node:http";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { type Target, toTargetText } from "./address.ts";
import { createFramedWire } from "./framed-wire.ts";
import { requestTakeover } from "./takeover.ts";
import { upgradePath, upgradeProtocol, upgradeRefused } from "./upgrade-refusal.ts";

/**
 * Upgrades an open TLS connection the way Proxies before 15.1 know: no web socket, but Teleport's own framing. Rejects
 * with `upgradeRefused` when the server does not want to; the connection is gone then.
 */
export async function openLegacyUpgrade(socket: TLSSocket, target: Target, signal: AbortSignal): Promise<Duplex> {
  const call = request({
    createConnection: () => socket,
    path: upgradePath,
    headers: {
      host: toTargetText(target),
      connection: "Upgrade",
      upgrade: upgradeProtocol,
      "x-teleport-upgrade": upgradeProtocol,
    },
  });
  try {
    const { answer, wire } = await requestTakeover(call, signal);
    if (wire === undefined) throw upgradeRefused(`HTTP ${answer.statusCode}`);
    if (answer.headers.upgrade !== upgradeProtocol) throw upgradeRefused("another protocol");
    return createFramedWire(wire);
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  }
}
