import type { CallRecord, Fault } from "./fake-http/index.ts";
import type { PlatformTrouble, SimulatedCall, SimulatedCallKind, Traffic, TroubleOptions } from "./simulation.ts";

/** What only the platform itself can tell of one of its calls. */
type Described = Pick<SimulatedCall, "kind" | "place" | "text">;

/** Faults after which the caller knows nothing, in the words of the fake hosts. */
const spoilt = /^(?:dropped|truncated|hanging|html|echo|http 5\d\d)$/u;

/** The journal of a fake host in the words all platforms share. */
export function toSimulatedCalls(
  calls: readonly CallRecord[],
  describe: (call: CallRecord) => Described,
): SimulatedCall[] {
  return calls.map((call) => ({
    number: call.number,
    ...describeOnce(call, describe),
    at: call.at,
    endedAt: call.endedAt,
    accepted: call.accepted,
    outcome: call.outcome ?? (call.abandoned ? "abandoned" : "open"),
    unanswered: call.endedAt === undefined || call.abandoned || spoilt.test(call.outcome ?? ""),
  }));
}

/** What a call was about never changes, and whoever judges a long run asks again and again. */
const described = new WeakMap<CallRecord, Described>();

function describeOnce(call: CallRecord, describe: (call: CallRecord) => Described): Described {
  const known = described.get(call) ?? describe(call);
  described.set(call, known);
  return known;
}

const effects: Readonly<Record<PlatformTrouble, Fault["effect"]>> = {
  unavailable: { kind: "status", status: 503 },
  throttled: { kind: "status", status: 429, headers: { "retry-after": "1" } },
  "throttled-silently": { kind: "status", status: 429 },
  cut: { kind: "drop" },
  lost: { kind: "drop", accepted: true },
  garbled: { kind: "truncate" },
  hanging: { kind: "hang", at: "head" },
};

/** The same trouble for a fake host; `names` are the platform's own for the call and the channel. */
export function toHostFault(
  what: PlatformTrouble,
  { times }: TroubleOptions,
  names: { readonly method?: string | undefined; readonly channel?: string | undefined },
): Fault {
  const { method, channel } = names;
  return {
    effect: effects[what],
    ...(method === undefined ? {} : { method }),
    ...(channel === undefined ? {} : { channel }),
    ...(times === undefined ? {} : { times }),
  };
}

/** A field of what a call sent; empty when there is none. */
export function textField(content: unknown, name: string): string {
  const value: unknown = typeof content === "object" && content !== null ? Reflect.get(content, name) : undefined;
  return typeof value === "string" ? value : "";
}

/** What the journal of a fake host counts; a reply that is the same method as a post counts as one. */
export function toTraffic(
  calls: readonly CallRecord[],
  methods: Readonly<Record<SimulatedCallKind, string>>,
): readonly Traffic[] {
  const order = ["reply", "edit", "look-up", "post"] as const;
  const kinds = new Map(order.map((kind) => [methods[kind], kind]));
  return calls.map(({ method, at, endedAt, accepted }) => ({
    kind: kinds.get(method) ?? "other",
    ...{ at, endedAt, accepted },
  }));
}
