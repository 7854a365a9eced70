/**
 * Helpers for text that people typed. Adapters add what their platform needs; what is dangerous or useless everywhere
 * is removed here.
 */

/** Appended to a text that was cut. */
export const truncationMark = " (truncated)";

// C0 and C1 controls but for newline and tab; lone surrogates; bidirectional embeddings, overrides and isolates; marks
// that are invisible and only serve to fool a reader. Zero-width joiner and non-joiner stay: scripts and emoji need them.
const unwanted = new RegExp(
  [
    "[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F]",
    "[\\u00AD\\u061C\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u206F]",
    "[\\u2028\\u2029\\uFEFF\\uFFF9-\\uFFFB]",
    "\\p{Surrogate}",
    "[\\u{E0000}-\\u{E007F}]",
  ].join("|"),
  "gu",
);

/** Removes control, bidirectional and invisible formatting characters; keeps newlines and turns tabs into spaces. */
export function toVisibleText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/gu, "\n")
    .replace(/\t/gu, " ")
    .replace(unwanted, "");
}

/** The same on one line: newlines and runs of blanks become one space. */
export function toSingleLine(text: string): string {
  return toVisibleText(text).replace(/\s+/gu, " ").trim();
}

/** Made when something is cut for the first time: it loads tables that take 20 ms of a start and some memory. */
let graphemes: Intl.Segmenter | undefined;

/** What says that something was cut, the clearest first: a tiny limit has no room for words. */
const marks = [truncationMark, "…", ""];

/**
 * The longest start of `text`, in whole graphemes, that fits; with {@link truncationMark} when something was cut. `size`
 * measures in the platform's unit, after its escaping; `limit` includes the mark and is never exceeded: where even the
 * mark is too large it is `…` or nothing. One user-perceived character that is larger than the limit by itself is cut
 * to the mark alone.
 */
export function truncate(text: string, limit: number, size: (part: string) => number = (part) => part.length): string {
  if (size(text) <= limit) return text;
  const mark = marks.find((candidate) => size(candidate) <= limit) ?? "";
  const kept: string[] = [];
  let used = size(mark);
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment } of graphemes.segment(text)) {
    used += size(segment);
    if (used > limit) break;
    kept.push(segment);
  }
  // Escaping may make a whole larger than its parts together.
  while (kept.length > 0 && (isBlank(kept.at(-1)) || size(kept.join("") + mark) > limit)) kept.pop();
  return kept.join("") + mark;
}

function isBlank(grapheme: string | undefined): boolean {
  return grapheme?.trim() === "";
}
