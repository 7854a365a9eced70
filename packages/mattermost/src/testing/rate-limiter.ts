/** `RateLimitSettings` of the server. */
export interface FakeRates {
  readonly perSecond: number;
  readonly maxBurst: number;
  /** Counts every user besides every address: then all headers come twice. */
  readonly varyByUser: boolean;
}

/** What the limiter says of one call. */
interface RateVerdict {
  readonly refused: boolean;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** Counts calls; `user` is undefined for calls without a session. */
export interface FakeRateLimiter {
  count(user: string | undefined): RateVerdict;
}

interface Count {
  readonly refused: boolean;
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
  readonly retryAfter: string;
}

/** The generic cell rate algorithm, as the server's library counts; a refused call costs nothing. */
export function createRateLimiter(rates: FakeRates, now: () => number): FakeRateLimiter {
  const arrivals = new Map<string, number>();
  const interval = 1_000 / rates.perSecond;
  const tolerance = interval * (rates.maxBurst + 1);

  function count(key: string): Count {
    const at = now();
    const before = Math.max(arrivals.get(key) ?? 0, at);
    const wait = before + interval - tolerance - at;
    const refused = wait > 0;
    const after = refused ? before : before + interval;
    arrivals.set(key, after);
    return {
      refused,
      limit: String(rates.maxBurst + 1),
      remaining: String(Math.max(0, Math.floor((tolerance - (after - at)) / interval))),
      reset: String(Math.ceil((after - at) / 1_000)),
      retryAfter: String(Math.ceil(wait / 1_000)),
    };
  }

  return {
    count(user) {
      const byAddress = count("address");
      const counts =
        !rates.varyByUser || user === undefined || byAddress.refused ? [byAddress] : [byAddress, count(`user ${user}`)];
      const refusal = counts.find(({ refused }) => refused);
      if (refusal !== undefined)
        return { refused: true, headers: { ...toHeaders([refusal]), "retry-after": refusal.retryAfter } };
      return { refused: false, headers: toHeaders(counts) };
    },
  };
}

function toHeaders(counts: readonly Count[]): Record<string, string[]> {
  return {
    "x-ratelimit-limit": counts.map(({ limit }) => limit),
    "x-ratelimit-remaining": counts.map(({ remaining }) => remaining),
    "x-ratelimit-reset": counts.map(({ reset }) => reset),
  };
}
