import type { Judgement, OutlinePart } from "./judgement.ts";

/** A message as its readers' parsers see it. */
export interface Seen {
  readonly judgement: Judgement;
  readonly outline: readonly OutlinePart[];
}

/** Fields announce themselves: whatever stands in the field `reason` begins with `reason7`. */
export function fieldMark(field: string): string {
  return `${field}7`;
}

/**
 * What is wrong with a message that holds hostile text, compared with the same message full of harmless words: a
 * mention, a link, broken markup, or a text that is not where it belongs. `only` names the field that is hostile, where
 * it is one: then all other places have to be as they were.
 */
export function findProblems(hostile: Seen, harmless: Seen, only?: string): readonly string[] {
  const { mentions, links, faults } = hostile.judgement;
  return [
    ...mentions.map((mention) => `mention ${mention}`),
    ...links.filter((link) => !harmless.judgement.links.includes(link)).map((link) => `link ${link}`),
    ...faults.map((fault) => `fault ${fault}`),
    ...findMoved(hostile.outline, harmless.outline, only),
  ];
}

function findMoved(
  hostile: readonly OutlinePart[],
  harmless: readonly OutlinePart[],
  only: string | undefined,
): readonly string[] {
  if (hostile.length !== harmless.length) return [`${hostile.length} places instead of ${harmless.length}`];
  return hostile.flatMap((part, index) => {
    const expected = harmless[index];
    if (expected === undefined || part.place !== expected.place) return [`${part.place} instead of ${expected?.place}`];
    const [owners, wanted] = [ownersOf(part.text), ownersOf(expected.text)];
    if (owners !== wanted) return [`"${owners}" in ${part.place} instead of "${wanted}"`];
    const untouched = only !== undefined && !wanted.split(" ").includes(only);
    return untouched && part.text !== expected.text ? [`${part.place} changed`] : [];
  });
}

/** The fields whose texts stand here, each once: of a list, some may be counted only. */
function ownersOf(text: string): string {
  const found = text.matchAll(/(?<![\p{L}\p{N}])([a-z]+)7(?![\p{L}\p{N}])/gu);
  return [...new Set(Array.from(found, ([, field]) => field))].join(" ");
}
