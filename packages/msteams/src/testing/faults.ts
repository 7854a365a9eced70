import { z } from "zod";

/** What goes wrong with a call. */
const effectSchema = z.discriminatedUnion("kind", [
  /** Any HTTP answer; nothing is accepted. */
  z.strictObject({
    kind: z.literal("status"),
    status: z.number().int().min(200).max(599),
    body: z.string().default(""),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** A refusal in Microsoft's form with this code; nothing is accepted. */
  z.strictObject({ kind: z.literal("refuse"), status: z.number().int().min(400).max(599), code: z.string() }),
  /** HTTP 500 with the request's own headers in the body, as debugging proxies answer; nothing is accepted. */
  z.strictObject({ kind: z.literal("echo") }),
  /** HTTP 429; `retryAfter` as it stands in the header, without it there is none. */
  z.strictObject({ kind: z.literal("rate-limit"), retryAfter: z.string().optional() }),
  /** The connection is cut; with `accepted` the call has been carried out. */
  z.strictObject({ kind: z.literal("drop"), accepted: z.boolean().default(false) }),
  /** HTTP 200 with the page of a proxy; with `accepted` the call has been carried out. */
  z.strictObject({ kind: z.literal("html"), accepted: z.boolean().default(false) }),
  /** The call is carried out and nothing comes any more: no answer at all, or only its head. */
  z.strictObject({ kind: z.literal("hang"), at: z.enum(["head", "body"]) }),
  /** A redirect to `location`; nothing is accepted. */
  z.strictObject({ kind: z.literal("redirect"), location: z.string() }),
]);

export const hosts = ["login", "graph", "connector"] as const;

export type Host = (typeof hosts)[number];

export const faultSchema = z.strictObject({
  effect: effectSchema,
  /** Only calls to this host; `apis` are all but the one for tokens. */
  host: z.enum([...hosts, "apis"]).optional(),
  /** Only calls of this operation: `post`, `put`, `users`, `installedApps`, … */
  operation: z.string().optional(),
  /** Only calls about this conversation, person or team, as the call names it. */
  about: z.string().optional(),
  /** For how many calls; absent: for all. */
  times: z.number().int().positive().optional(),
});

export type FaultEffect = z.output<typeof effectSchema>;
export type Fault = z.input<typeof faultSchema>;

/** Whether a call that meets this effect is carried out all the same. */
export function carriesOut(effect: FaultEffect): boolean {
  return "accepted" in effect ? effect.accepted : effect.kind === "hang";
}

/** What a call is. */
export interface CallShape {
  readonly host: Host;
  readonly operation: string;
  readonly about: string;
}

/** Which calls something is about; what is missing matches all. */
export interface CallMatch {
  readonly host?: Host | "apis" | undefined;
  readonly operation?: string | undefined;
  readonly about?: string | undefined;
}

export function matches(match: CallMatch, call: CallShape): boolean {
  return (
    (match.host === "apis" ? call.host !== "login" : (match.host ?? call.host) === call.host) &&
    (match.operation ?? call.operation) === call.operation &&
    (match.about ?? call.about) === call.about
  );
}

/** The faults still to come, first in, first out. */
export interface FaultScript {
  add(fault: Fault): void;
  /** The effect for this call, used up by it. */
  take(call: CallShape): FaultEffect | undefined;
  clear(): void;
}

export function createFaultScript(): FaultScript {
  let faults: (Omit<z.output<typeof faultSchema>, "times"> & { left: number })[] = [];
  return {
    add(fault) {
      const { times = Number.POSITIVE_INFINITY, ...rest } = faultSchema.parse(fault);
      faults.push({ ...rest, left: times });
    },
    take(call) {
      const fault = faults.find((candidate) => matches(candidate, call));
      if (fault === undefined) return undefined;
      fault.left -= 1;
      if (fault.left <= 0) faults = faults.filter((candidate) => candidate !== fault);
      return fault.effect;
    },
    clear() {
      faults = [];
    },
  };
}
