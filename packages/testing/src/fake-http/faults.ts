import { z } from "zod";
import { type CallName, matches } from "./call-match.ts";

/** What goes wrong with a call. */
const effectSchema = z.discriminatedUnion("kind", [
  /** Any HTTP answer; nothing is carried out. */
  z.strictObject({
    kind: z.literal("status"),
    status: z.number().int().min(200).max(599),
    body: z.string().default(""),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** HTTP 500 with the request's own headers in the body, as debugging proxies answer; nothing is carried out. */
  z.strictObject({ kind: z.literal("echo") }),
  /** The connection is cut; with `accepted` the call has been carried out. */
  z.strictObject({ kind: z.literal("drop"), accepted: z.boolean().default(false) }),
  /** HTTP 200 with the page of a proxy; with `accepted` the call has been carried out. */
  z.strictObject({ kind: z.literal("html"), accepted: z.boolean().default(false) }),
  /** The call is carried out, half of the answer comes, and its length says that this is all. */
  z.strictObject({ kind: z.literal("truncate") }),
  /** The call is carried out and nothing comes any more: no answer at all, or only its head. */
  z.strictObject({ kind: z.literal("hang"), at: z.enum(["head", "body"]) }),
]);

export const faultSchema = z.strictObject({
  effect: effectSchema,
  /** Only calls of this method. */
  method: z.string().optional(),
  /** Only calls about this channel. */
  channel: z.string().optional(),
  /** For how many calls; absent: for all. */
  times: z.number().int().positive().optional(),
});

export type FaultEffect = z.output<typeof effectSchema>;
export type Fault = z.input<typeof faultSchema>;

/** Whether a call that meets this effect is carried out all the same. */
export function carriesOut(effect: FaultEffect): boolean {
  return "accepted" in effect ? effect.accepted : effect.kind === "truncate" || effect.kind === "hang";
}

/** The faults still to come, first in, first out. */
export interface FaultScript {
  add(fault: Fault): void;
  /** The effect for this call, used up by it. */
  take(call: CallName): FaultEffect | undefined;
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
