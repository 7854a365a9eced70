import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Child } from "./child-process.ts";

/** What a running plugin says of itself at the address it logs. */
export interface PluginHealth {
  readiness(): Promise<Readiness>;
  /** Rejects after `timeoutMs`. */
  untilReady(timeoutMs: number): Promise<void>;
  /** All values of a metric together; 0 when nothing was counted yet. */
  metric(name: string): Promise<number>;
}

type Readiness = z.infer<typeof readinessSchema>;

const readinessSchema = z.object({ ready: z.boolean(), problems: z.array(z.string()) });

const startWithinMs = 60_000;
const lookEveryMs = 100;

/** Waits for the line that tells the address: one that has printed much since may not keep it. */
export async function findHealth(plugin: Child): Promise<PluginHealth> {
  const line = await plugin.untilLine(/Serving health and metrics/u, startWithinMs);
  const address = `http://${/address=(\S+)/u.exec(line)?.[1]}`;

  async function readiness(): Promise<Readiness> {
    const body: unknown = await (await fetch(`${address}/readyz`)).json();
    return readinessSchema.parse(body);
  }

  return {
    readiness,
    async untilReady(timeoutMs) {
      const giveUpAt = Date.now() + timeoutMs;
      for (let last = await readiness(); !last.ready; last = await readiness()) {
        if (Date.now() > giveUpAt) throw new Error(`not ready within ${timeoutMs} ms: ${last.problems.join(" ")}`);
        await sleep(lookEveryMs);
      }
    },
    async metric(name) {
      const text = await (await fetch(`${address}/metrics`)).text();
      const values = text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gmu"));
      return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
    },
  };
}
