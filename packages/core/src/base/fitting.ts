/**
 * Joins items by a comma as far as `limit` characters allow and counts the rest: `a, b and 7 more`. An item that does
 * not fit by itself is counted as well, so `toText` should cut it before. Items that are not shown cost nothing.
 */
export function joinWhatFits<T>(items: readonly T[], limit: number, toText: (item: T) => string): string {
  const shown = takeWhatFits(items, limit - restSize, 2, toText);
  const rest = items.length - shown.length;
  if (rest === 0) return shown.join(", ");
  return shown.length === 0 ? `${rest} not shown here` : `${shown.join(", ")} and ${rest} more`;
}

/** One item a line, oldest first; when not all fit in `limit` characters the newest stay and the others are counted. */
export function newestThatFit<T>(items: readonly T[], limit: number, toText: (item: T) => string): string {
  const shown = takeWhatFits(items.toReversed(), limit - restSize, 1, toText).toReversed();
  const rest = items.length - shown.length;
  if (rest === 0) return shown.join("\n");
  return [`${rest} earlier not shown here`, ...shown].join("\n");
}

/** Room kept for the words that count the rest. */
const restSize = 40;

function takeWhatFits<T>(
  items: readonly T[],
  limit: number,
  separatorSize: number,
  toText: (item: T) => string,
): readonly string[] {
  const taken: string[] = [];
  let used = 0;
  for (const item of items) {
    const text = toText(item);
    used += text.length + separatorSize;
    if (used > limit) break;
    taken.push(text);
  }
  return taken;
}
