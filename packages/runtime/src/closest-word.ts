import { distance } from "fastest-levenshtein";

/**
 * The word somebody most probably meant, or undefined when none is near: at most a third of the letters differ, one
 * begins with the other, or the words of one (`refresh_interval`) are among those of the other.
 */
export function findClosestWord(written: string, known: readonly string[]): string | undefined {
  const wanted = written.toLowerCase();
  const ranked = known
    .map((word) => ({ word, cost: distance(wanted, word.toLowerCase()) }))
    .filter(({ word, cost }) => cost <= Math.ceil(Math.max(word.length, wanted.length) / 3))
    .sort((a, b) => a.cost - b.cost || (a.word < b.word ? -1 : 1));
  return ranked[0]?.word ?? known.find((word) => wanted.length >= 3 && isRelated(word.toLowerCase(), wanted));
}

function isRelated(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a) || hasWordsOf(a, b) || hasWordsOf(b, a);
}

function hasWordsOf(whole: string, part: string): boolean {
  const words = new Set(whole.split(/[_-]/));
  return part.split(/[_-]/).every((word) => words.has(word));
}
