import { fault, quote } from "./condition-fault.ts";

const shape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/u;

/** A time as Go's `time.RFC3339` layout reads it; the zone is part of the text. Throws for anything else. */
export function readRfc3339(text: string): Date {
  const [, local, fraction = "", sign, hours = "0", minutes = "0"] = shape.exec(text) ?? [];
  const date = new Date(`${local}.${fraction.padEnd(3, "0").slice(0, 3)}Z`);
  // JavaScript turns 30 February into 1 March, and knows an hour 24.
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(local ?? " ");
  if (!exists || Number(hours) > 24 || Number(minutes) > 59) {
    throw fault(`${quote(text)} is no time: expected RFC 3339, such as "2030-01-31T09:00:00Z" or "…T09:00:00+02:00"`);
  }
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(date.getTime() - (sign === "-" ? -offset : offset));
}
