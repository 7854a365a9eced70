import type { Theatre } from "../theatre.ts";

/** The longest lease a dead process leaves while it was working, and time to act after it. */
export const takeOverMs = 25_000;

/** For what has no time of its own to be judged by, on a machine that is out of breath. */
export const patienceMs = 60_000;

/** Where anything is said about the request. */
export function placesOf(theatre: Theatre, id: string): Set<string> {
  return new Set(theatre.about(id).map(({ place }) => place));
}

/** How many messages there are beyond the first in each place. */
export function countDuplicates(theatre: Theatre, id: string): number {
  return theatre.about(id).length - placesOf(theatre, id).size;
}

/** In all three places. A machine out of breath may let a call time out and be repeated: nobody is lost by that. */
export async function untilTold(theatre: Theatre, id: string): Promise<void> {
  await theatre.platform.untilMessages(() => placesOf(theatre, id).size === 3, patienceMs);
}

/** How many messages the one plugin that stores something on this request knows; undefined when it has stored nothing. */
export function countStored({ auth }: Theatre, id: string): number | undefined {
  const [entry] = Object.values(auth.pluginData(id));
  return entry && (entry["messages"] ?? "").split(",").filter((message) => message !== "").length;
}

/** Waits until the record knows so many messages. */
export async function untilStored(theatre: Theatre, id: string, messages: number): Promise<void> {
  await theatre.auth.untilRequest(id, () => countStored(theatre, id) === messages, takeOverMs);
}
