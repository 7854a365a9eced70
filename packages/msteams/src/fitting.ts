/** Some of a list as what it is shown as, and how many of it were left out. */
export interface Fitting<T> {
  readonly shown: readonly T[];
  readonly rest: number;
}

/**
 * The items at the start that fit together into `limit`; the others are counted and cost nothing. Core's own helper
 * joins texts; these become elements of a card.
 */
export function firstThatFit<T, E>(
  items: readonly T[],
  limit: number,
  toShown: (item: T) => E,
  size: (shown: E) => number,
): Fitting<E> {
  const shown: E[] = [];
  let used = 0;
  for (const item of items) {
    const next = toShown(item);
    used += size(next);
    if (used > limit) break;
    shown.push(next);
  }
  return { shown, rest: items.length - shown.length };
}

/** The items at the end that fit together into `limit`, in their order; the earlier ones are counted. */
export function lastThatFit<T, E>(
  items: readonly T[],
  limit: number,
  toShown: (item: T) => E,
  size: (shown: E) => number,
): Fitting<E> {
  const { shown, rest } = firstThatFit(items.toReversed(), limit, toShown, size);
  return { shown: shown.toReversed(), rest };
}
