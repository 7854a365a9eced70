import { type Fault, faultSchema } from "@access-plugins/testing/fake-http";
import { z } from "zod";
import { rateLimitedAnswer, refusalAnswer } from "./web-api.ts";

/** What Slack itself answers when something is wrong, beside what any host can meet; nothing is carried out. */
const slackEffectSchema = z.discriminatedUnion("kind", [
  /** HTTP 200 with `ok: false` and this error. */
  z.strictObject({
    kind: z.literal("refuse"),
    error: z.string(),
    details: z.record(z.string(), z.unknown()).default({}),
  }),
  /** HTTP 429; `retryAfter` as it stands in the header, without it there is none. */
  z.strictObject({ kind: z.literal("rate-limit"), retryAfter: z.string().optional() }),
]);

export const slackFaultSchema = z.strictObject({
  ...faultSchema.shape,
  effect: z.union([slackEffectSchema, faultSchema.shape.effect]),
});

/** A fault of any host, or Slack's own way to refuse. */
export type SlackFault = z.input<typeof slackFaultSchema>;

/** The same fault in the words of the host. */
export function toHostFault(fault: SlackFault): Fault {
  const { effect, ...rest } = slackFaultSchema.parse(fault);
  if (effect.kind === "refuse") return { ...rest, effect: toStatus(refusalAnswer(effect.error, effect.details)) };
  if (effect.kind === "rate-limit") return { ...rest, effect: toStatus(rateLimitedAnswer(effect.retryAfter)) };
  return { ...rest, effect };
}

function toStatus({ status, headers, body }: ReturnType<typeof refusalAnswer>): Fault["effect"] {
  const single = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { kind: "status", status, headers: Object.fromEntries(single), body };
}
