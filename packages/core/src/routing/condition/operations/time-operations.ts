import { readRfc3339 } from "../rfc3339.ts";
import { createZone, readClock, type Zone } from "../zone.ts";
import { createOperation } from "./operation.ts";
import { textThatIs, time } from "./parameter.ts";

/** Making a zone takes much longer than reading a clock in it. */
const unitsPerZone = 10_000;
const zone = textThatIs("time zone", (name, budget) => {
  budget.spend(unitsPerZone);
  return createZone(name);
});
const clock = textThatIs('"HH:MM"', readClock);
const utc = createZone("");

export const makeTime = createOperation<[Date]>({
  name: "time.RFC3339",
  parameters: [textThatIs("RFC 3339 time", readRfc3339)],
  result: "time",
  run: ([at]) => at,
});

export const before = createOperation<[Date, Date]>({
  name: "before",
  parameters: [time, time],
  result: "bool",
  run: ([at, limit]) => at < limit,
});

export const after = createOperation<[Date, Date]>({
  name: "after",
  parameters: [time, time],
  result: "bool",
  run: ([at, limit]) => at > limit,
});

/** Strict on both ends; the order of the bounds is free. */
export const between = createOperation<[Date, Date, Date]>({
  name: "between",
  parameters: [time, time, time],
  result: "bool",
  run: ([at, one, other]) => (at > one && at < other) || (at > other && at < one),
});

/** The English name of the day. */
export const day = createOperation<[Date], Zone>({
  name: "day",
  parameters: [time],
  rest: zone,
  mostRest: 1,
  result: "string",
  run: ([at], [inZone = utc]) => inZone.wallClock(at).weekday,
});

/** Strict on both ends, within one day: a range over midnight holds never. */
export const clockBetween = createOperation<[Date, number, number], Zone>({
  name: "clock_between",
  parameters: [time, clock, clock],
  rest: zone,
  mostRest: 1,
  result: "bool",
  run([at, start, end], [inZone = utc]) {
    const { time: shown } = inZone.wallClock(at);
    return shown > start && shown < end;
  },
});
