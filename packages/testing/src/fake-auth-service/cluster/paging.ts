/** One page of items in the order of their keys, and the opaque key at which the next page starts. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly next: string;
}

/** `start`: the key a former page ended with; its item may be gone by now. A size of 0 or less is the default one. */
export function toPage<T>(
  all: Iterable<T>,
  keyOf: (item: T) => string,
  { size, start, defaultSize = 1000 }: { readonly size: number; readonly start: string; readonly defaultSize?: number },
): Page<T> {
  const keyed = [...all].map((item) => ({ item, key: keyOf(item) })).filter(({ key }) => key >= start);
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const limit = size > 0 ? size : defaultSize;
  return { items: keyed.slice(0, limit).map(({ item }) => item), next: keyed[limit]?.key ?? "" };
}
