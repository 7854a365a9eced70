/** Hands items from producers to one consumer, in order; the end comes after everything that was put before it. */
export interface Mailbox<T> {
  /** Resolves once the consumer has taken the item, so that a producer never runs ahead. */
  put(item: T): Promise<void>;
  /** Nothing more will come: whoever takes after the last item gets this error. The first end counts. */
  fail(error: Error): void;
  /** The next item; waits for one. */
  take(): Promise<T>;
}

export function createMailbox<T>(): Mailbox<T> {
  const items: { readonly item: T; readonly taken: () => void }[] = [];
  let end: Error | undefined;
  let wake: (() => void) | undefined;

  return {
    put(item) {
      const { promise, resolve } = Promise.withResolvers<void>();
      items.push({ item, taken: resolve });
      wake?.();
      return promise;
    },
    fail(error) {
      end ??= error;
      wake?.();
    },
    async take() {
      for (;;) {
        const next = items.shift();
        if (next !== undefined) {
          next.taken();
          return next.item;
        }
        if (end !== undefined) throw end;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
