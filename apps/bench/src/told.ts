import type { SimulatedMessage } from "@access-plugins/testing/simulation";

/** Messages about some requests, counted. */
export interface Told {
  /** Places told of requests, each pair once. */
  readonly told: number;
  /** Messages beyond the first in one place about one request. */
  readonly duplicates: number;
  /** Of those told, how many show the word. */
  readonly showing: number;
}

const idPattern = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu;

/** A message is about the first of `ids` in its text. `word`: in any case; absent, none is looked for. */
export function countTold(messages: readonly SimulatedMessage[], ids: readonly string[], word?: string): Told {
  const wanted = new Set(ids);
  const pairs = new Map<string, boolean>();
  let about = 0;
  for (const { place, text } of messages) {
    const id = text.match(idPattern)?.find((candidate) => wanted.has(candidate));
    if (id === undefined) continue;
    about += 1;
    const shows = word !== undefined && text.toUpperCase().includes(word);
    const pair = `${id} ${place}`;
    pairs.set(pair, shows || pairs.get(pair) === true);
  }
  const showing = [...pairs.values()].filter(Boolean).length;
  return { told: pairs.size, duplicates: about - pairs.size, showing };
}
