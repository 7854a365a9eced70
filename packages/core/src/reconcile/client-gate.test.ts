import { createFakeClock } from "@access-plugins/testing/fake-clock";
import { describe, expect, it } from "vitest";
import type { Log } from "../base/log.ts";
import { silentLog } from "../base/log.ts";
import { PluginError } from "../base/plugin-error.ts";
import { createClientGate } from "./client-gate.ts";

const refused = new PluginError("unauthenticated", "The token was revoked.", { fix: "Install the app again." });

function start() {
  const clock = createFakeClock();
  const seen = { errors: [] as string[], opened: 0 };
  const log: Log = { ...silentLog, error: (message) => seen.errors.push(message) };
  const gate = createClientGate(clock, log, () => {
    seen.opened += 1;
  });
  return { clock, gate, seen };
}

describe("createClientGate", () => {
  it("is open until the client is refused, and then says why and how to mend it", () => {
    const { gate } = start();
    expect([gate.isOpen(), gate.problem()]).toEqual([true, undefined]);
    gate.close(refused);
    expect([gate.isOpen(), gate.problem()]).toEqual([false, "The token was revoked. Install the app again."]);
  });

  it("says it once, however many calls are refused", () => {
    const { gate, seen } = start();
    gate.close(refused);
    gate.close(new PluginError("missing_scope", "No scope."));
    expect(seen.errors).toHaveLength(1);
    expect(gate.problem()).toContain("revoked");
  });

  it("opens by itself after an hour", async () => {
    const { clock, gate, seen } = start();
    gate.close(refused);
    await clock.advance(3_599_999);
    expect(gate.isOpen()).toBe(false);
    await clock.advance(1);
    expect([gate.isOpen(), seen.opened]).toEqual([true, 1]);
  });

  it("opens when it is told to, once, and leaves no timer", () => {
    const { clock, gate, seen } = start();
    gate.open();
    expect(seen.opened).toBe(0);
    gate.close(refused);
    gate.open();
    gate.open();
    expect([gate.isOpen(), gate.problem(), seen.opened, clock.pendingTimers()]).toEqual([true, undefined, 1, 0]);
  });

  it("shuts again, for another hour, when the client is refused again", async () => {
    const { clock, gate, seen } = start();
    gate.close(refused);
    await clock.advance(3_600_000);
    gate.close(refused);
    await clock.advance(3_599_999);
    expect([gate.isOpen(), seen.errors.length, seen.opened]).toEqual([false, 2, 1]);
  });
});
