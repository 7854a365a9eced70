import { hostileClasses } from "./hostile-classes.ts";

/** Places a payload can stand in. */
const surroundings: readonly ((payload: string) => string)[] = [
  (payload) => `please ${payload} now`,
  (payload) => `first line\n${payload}\nlast line`,
  (payload) => `*${payload}* _${payload}_`,
  (payload) => `\`${payload}\``,
  (payload) => `(${payload})`,
];

/** One text of the corpus, and what it tries. */
export interface HostileText {
  readonly tries: string;
  readonly text: string;
}

/** Every payload as it is, and every third within something else; without repetitions. */
export const hostileCorpus: readonly HostileText[] = Object.entries(hostileClasses).flatMap(([tries, payloads]) => {
  const surrounded = payloads
    .filter((_, index) => index % 3 === 0)
    .map((payload, index) => surroundings[index % surroundings.length]?.(payload) ?? payload);
  return [...new Set([...payloads, ...surrounded])].map((text) => ({ tries, text }));
});

/** Only the texts. */
export const hostileTexts: readonly string[] = [...new Set(hostileCorpus.map(({ text }) => text))];

/** One of each class: for where every text costs a call. */
export const hostileSamples: readonly string[] = Object.values(hostileClasses).flatMap(([first = ""]) => first);
