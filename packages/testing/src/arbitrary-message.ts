import type { MessageStatus, Reply, RequestMessage, RequestState } from "@access-plugins/core";
import fc from "fast-check";
import { hostileTexts } from "./hostile/hostile-texts.ts";

const statuses: readonly MessageStatus[] = [
  "pending",
  "approved",
  "denied",
  "promoted",
  "expired",
  "removed",
  "closed",
];
const states: readonly RequestState[] = ["pending", "approved", "denied", "promoted"];

/** Text as nobody should type it: hostile, long, empty, any code unit. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: fc.constantFrom("<", ">", "&", "*", "_", "~", "`", ":", ".", "@", "#", "!", "|", "\n", " ", "a") }),
  fc
    .tuple(fc.constantFrom(...hostileTexts), fc.integer({ min: 1, max: 80 }))
    .map(([text, times]) => text.repeat(times)),
  fc.array(fc.constantFrom(...hostileTexts), { maxLength: 6 }).map((texts) => texts.join("")),
  fc.constant(""),
);

const review = fc.record(
  { author: anyText, state: fc.constantFrom(...states), reason: anyText, created: fc.date() },
  { requiredKeys: ["author", "state", "reason"] },
);

const action: fc.Arbitrary<NonNullable<RequestMessage["action"]>> = fc.oneof(
  fc.record({ approve: anyText, deny: anyText }),
  fc.record({ link: fc.oneof(anyText, fc.webUrl({ withQueryParameters: true })) }),
);

/** Any message at all, of any size. */
export const anyMessage: fc.Arbitrary<RequestMessage> = fc.record(
  {
    audience: fc.constantFrom("reviewer", "requester"),
    form: fc.constantFrom("rich", "plain"),
    requestId: anyText,
    cluster: anyText,
    user: anyText,
    kind: fc.constantFrom("unspecified", "short_term", "long_term"),
    roles: fc.array(
      fc.record({ name: anyText, logins: fc.array(anyText, { maxLength: 8 }) }, { requiredKeys: ["name"] }),
      { maxLength: 20 },
    ),
    resources: fc.array(anyText, { maxLength: 60 }),
    reason: anyText,
    status: fc.constantFrom(...statuses),
    resolveReason: anyText,
    reviews: fc.array(review, { maxLength: 20 }),
    promotedTo: fc.record({ name: anyText, title: anyText }),
    action,
    times: fc.record(
      {
        created: fc.date(),
        requestExpiry: fc.date(),
        accessExpiry: fc.date(),
        sessionExpiry: fc.date(),
        assumeStart: fc.date(),
      },
      { requiredKeys: [] },
    ),
    approvals: fc.record({ given: fc.nat(1_000_000), needed: fc.nat(1_000_000) }),
    notes: fc.array(anyText, { maxLength: 20 }),
  },
  {
    requiredKeys: [
      "audience",
      "form",
      "requestId",
      "cluster",
      "user",
      "kind",
      "roles",
      "resources",
      "reason",
      "status",
      "resolveReason",
      "reviews",
      "times",
      "notes",
    ],
  },
);

/** Any reply at all. */
export const anyReply: fc.Arbitrary<Reply> = fc.oneof(
  review.map((view): Reply => ({ kind: "review", ...view })),
  fc.record({ kind: fc.constant("outcome" as const), status: fc.constantFrom(...statuses), resolveReason: anyText }),
);
