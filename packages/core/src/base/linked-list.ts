/** A list that adds at its end, takes from its front and removes anywhere, each in constant time however long it is. */
export interface LinkedList<T> {
  size(): number;
  /** Adds at the end. The returned function takes it out again and tells whether it was still in. */
  push(value: T): () => boolean;
  /** Takes the first; undefined when there is none. */
  shift(): T | undefined;
}

interface Link<T> {
  readonly value: T;
  before: Link<T> | undefined;
  after: Link<T> | undefined;
  linked: boolean;
}

// An array shifts and a Map iterates in linear time once many of its first elements are gone.
export function createLinkedList<T>(): LinkedList<T> {
  let first: Link<T> | undefined;
  let last: Link<T> | undefined;
  let size = 0;

  function remove(link: Link<T>): boolean {
    if (!link.linked) return false;
    link.linked = false;
    size -= 1;
    if (link.before) link.before.after = link.after;
    else first = link.after;
    if (link.after) link.after.before = link.before;
    else last = link.before;
    return true;
  }

  return {
    size: () => size,
    push(value) {
      const link: Link<T> = { value, before: last, after: undefined, linked: true };
      if (last) last.after = link;
      else first = link;
      last = link;
      size += 1;
      return () => remove(link);
    },
    shift() {
      const link = first;
      if (link === undefined) return undefined;
      remove(link);
      return link.value;
    },
  };
}
