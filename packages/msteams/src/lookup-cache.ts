import { type Call, type Clock, PluginError } from "@access-plugins/core";

/** Answers of look-ups, kept for a while; callers that ask for the same at once share one look-up. */
export interface LookupCache<T> {
  /** What is known, else what `find` finds. Failures are not kept. */
  get(key: string, call: Pick<Call, "signal">, find: () => Promise<T>): Promise<T>;
  peek(key: string): T | undefined;
  forget(key: string): void;
}

interface Entry<T> {
  readonly value: T;
  readonly until: number;
}

/** The most answers kept; the oldest go first. */
const capacity = 10_000;

export function createLookupCache<T>(lifetimeMs: number, clock: Clock): LookupCache<T> {
  const known = new Map<string, Entry<T>>();
  const flights = new Map<string, Promise<T>>();

  function peek(key: string): T | undefined {
    const entry = known.get(key);
    return entry !== undefined && entry.until > clock.monotonic() ? entry.value : undefined;
  }

  function keep(key: string, value: T): T {
    known.delete(key);
    known.set(key, { value, until: clock.monotonic() + lifetimeMs });
    const oldest = known.keys().next();
    if (known.size > capacity && !oldest.done) known.delete(oldest.value);
    return value;
  }

  async function lookUp(key: string, find: () => Promise<T>): Promise<T> {
    const flight = find();
    flights.set(key, flight);
    try {
      return keep(key, await flight);
    } finally {
      flights.delete(key);
    }
  }

  return {
    async get(key, call, find) {
      for (;;) {
        const value = peek(key);
        if (value !== undefined) return value;
        const flight = flights.get(key);
        if (flight === undefined) return lookUp(key, find);
        await flight.catch((thrown) => {
          // The look-up belongs to another caller: when that one gave up, its end is not ours.
          const theirs = thrown instanceof PluginError && (thrown.code === "aborted" || thrown.code === "conflict");
          if (!theirs || call.signal.aborted) throw thrown;
        });
      }
    },
    peek,
    forget: (key) => void known.delete(key),
  };
}
