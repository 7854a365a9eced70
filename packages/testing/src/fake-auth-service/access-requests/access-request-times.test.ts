import type { AccessRequestSpecV3 } from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { createFakeClock } from "../../fake-clock.ts";
import { toMillis, toTimestamp } from "../cluster/timestamps.ts";
import { createWith, type Wish, withConditions } from "../testing/request-creation.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const clock = createFakeClock();
const now = clock.now().getTime();
/** Milliseconds from now. */
const from = (
  spec: AccessRequestSpecV3,
  field: "Created" | "Expires" | "MaxDuration" | "SessionTTL" | "ResourceExpiry",
) => (toMillis(spec[field]) ?? Number.NaN) - now;
const at = (ms: number) => toTimestamp(now + ms);

test("by default one session of thirty hours, waiting no longer than that", async () => {
  const { spec } = await createWith({ clock }, {});
  expect(from(spec, "Created")).toBe(0);
  for (const field of ["Expires", "MaxDuration", "SessionTTL", "ResourceExpiry"] as const) {
    expect(from(spec, field)).toBe(30 * HOUR_MS);
  }
});

test("a session is no longer than asked for, nor than its roles allow", async () => {
  const short = await createWith({ clock }, { Expires: at(2 * HOUR_MS) });
  expect(from(short.spec, "SessionTTL")).toBe(2 * HOUR_MS);
  expect(from(short.spec, "Expires")).toBe(2 * HOUR_MS);
  const limited = await createWith({ clock }, { Roles: ["prod-admin"] });
  expect(from(limited.spec, "SessionTTL")).toBe(4 * HOUR_MS);
});

test("a maximum duration extends the access, not the session", async () => {
  const { spec } = await createWith({ clock }, { MaxDuration: at(5 * DAY_MS) });
  expect(from(spec, "Expires")).toBe(5 * DAY_MS);
  expect(from(spec, "MaxDuration")).toBe(5 * DAY_MS);
  expect(from(spec, "SessionTTL")).toBe(30 * HOUR_MS);
  expect(from(spec, "ResourceExpiry")).toBe(5 * DAY_MS);
});

test("a role caps the maximum duration", async () => {
  const options = withConditions({ roles: ["editor"], maxDurationMs: DAY_MS }, { clock });
  const { spec } = await createWith(options, { MaxDuration: at(5 * DAY_MS) });
  expect(from(spec, "MaxDuration")).toBe(DAY_MS);
  expect(from(spec, "SessionTTL")).toBe(DAY_MS);
});

test("a request waits as long as it says, seven days at most, never beyond the access", async () => {
  const minute = await createWith({ clock }, { ResourceExpiry: at(MINUTE_MS) });
  expect(from(minute.spec, "ResourceExpiry")).toBe(MINUTE_MS);
  const week = await createWith({ clock }, { MaxDuration: at(14 * DAY_MS) });
  expect(from(week.spec, "ResourceExpiry")).toBe(7 * DAY_MS);
  const configured = await createWith({ clock, pendingTtlMs: HOUR_MS }, {});
  expect(from(configured.spec, "ResourceExpiry")).toBe(HOUR_MS);
});

test("year 1 means not set", async () => {
  const yearOne = { seconds: -62_135_596_800n, nanos: 0 };
  const { spec } = await createWith({ clock }, { Expires: yearOne, MaxDuration: yearOne, Created: yearOne });
  expect(from(spec, "Expires")).toBe(30 * HOUR_MS);
});

test.each<[string, Wish, string]>([
  ["access that ended already", { Expires: at(-1) }, "can not be created in the past"],
  ["the empty time, which is 1970", { Expires: { seconds: 0n } }, "can not be created in the past"],
  ["a request that ended already", { ResourceExpiry: at(-1) }, "can not be created in the past"],
  [
    "waiting for more than a week",
    { MaxDuration: at(14 * DAY_MS), ResourceExpiry: at(7 * DAY_MS + 1) },
    "can not be longer than",
  ],
  ["a duration over fourteen days", { MaxDuration: at(14 * DAY_MS + 1) }, "14 days"],
  ["a start in the past", { AssumeStartTime: at(-1) }, "has to be in the future"],
  ["a start after the end", { AssumeStartTime: at(30 * HOUR_MS) }, "prior to access expiry"],
  [
    "a start more than a week away",
    { MaxDuration: at(14 * DAY_MS), AssumeStartTime: at(7 * DAY_MS + 1) },
    "too far in the future",
  ],
])("%s is refused", async (_what, wish, message) => {
  await expect(createWith({ clock }, wish)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    message: expect.stringContaining(message),
  });
});
