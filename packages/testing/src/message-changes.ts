import type { SimulatedMessage } from "./simulation.ts";

/** Waits until something holds on the simulated platform; rejects after `timeoutMs`. */
type WaitUntil = (reached: () => boolean, timeoutMs: number) => Promise<unknown>;

/** How often somebody who waits for a change is asked whether they still want it. */
const pauseMs = 250;

/** See `RunningSimulation.changes`: each message when it appears, and again whenever it looks different. */
export async function* followChanges(
  all: () => readonly SimulatedMessage[],
  waitUntil: WaitUntil,
  signal: AbortSignal,
): AsyncGenerator<SimulatedMessage> {
  const shown = new Map<string, string>();
  const find = () => all().filter(({ id, text }) => shown.get(id) !== text);
  while (!signal.aborted) {
    for (const message of find()) {
      shown.set(message.id, message.text);
      yield message;
    }
    await waitUntil(() => find().length > 0, pauseMs).catch(() => "nothing changed");
  }
}
