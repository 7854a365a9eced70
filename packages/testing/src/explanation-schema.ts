import { z } from "zod";

/**
 * The JSON that `explain --json` prints, as docs/routing.md describes it. Strict: a field that is new has to be written
 * down in both places.
 */
const place = z.strictObject({ id: z.string().min(1), kind: z.enum(["person", "channel"]) });

const lookUp = z.union([
  z.strictObject({ found: place }),
  z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string(), fix: z.string().optional() }) }),
]);

const tier = z.enum(["rules", "static", "adopted"]);

const request = z.strictObject({
  id: z.string(),
  user: z.string(),
  roles: z.array(z.string()),
  state: z.enum(["pending", "approved", "denied", "promoted", "gone"]),
  created: z.iso.datetime().optional(),
  resources: z.array(z.string()),
  suggestedReviewers: z.array(z.string()),
});

const decided = z.strictObject({
  tier,
  status: z.enum(["approved", "denied", "promoted", "expired", "removed", "closed"]).optional(),
  recipients: z.array(
    z.strictObject({
      raw: z.string(),
      state: z.enum(["waiting", "sent", "blocked", "gone", "skipped", "orphan"]),
      code: z.string().optional(),
      to: place.optional(),
      message: z.string().optional(),
      lookUp: lookUp.optional(),
    }),
  ),
  cut: z.int(),
  omitted: z.int(),
});

const verdict = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("matched") }),
  z.strictObject({ outcome: z.literal("unmatched"), because: z.enum(["condition", "schedule"]) }),
  z.strictObject({
    outcome: z.literal("failed"),
    because: z.enum(["broken", "data", "evaluation"]),
    reason: z.string(),
  }),
]);

const now = z.strictObject({
  rules: z.array(z.strictObject({ rule: z.string(), recipients: z.array(z.string()), verdict })),
  roles: z.array(z.strictObject({ role: z.string(), entry: z.string().optional(), recipients: z.array(z.string()) })),
  reviewers: z.array(z.strictObject({ reviewer: z.string(), outcome: z.enum(["told", "by-role", "cut", "invalid"]) })),
  tier,
  fellThrough: z.boolean(),
  recipients: z.array(
    z.strictObject({
      raw: z.string(),
      from: z.array(
        z.union([
          z.strictObject({ rule: z.string() }),
          z.strictObject({ role: z.string(), entry: z.string() }),
          z.strictObject({ suggested: z.literal(true) }),
        ]),
      ),
      tier,
      outcome: z.enum(["told", "duplicate", "retry", "blocked", "refused", "gone", "omitted"]),
      lookUp: lookUp.optional(),
    }),
  ),
  cut: z.int(),
});

export const explanationSchema = z.strictObject({
  request,
  plugin: z.string(),
  told: z.boolean(),
  notes: z.array(z.strictObject({ message: z.string(), fix: z.string().optional() })),
  decided: decided.optional(),
  now: now.optional(),
});
