import { PluginError } from "../base/plugin-error.ts";
import type { RuleSchedule, Shift } from "../domain/access-monitoring-rule.ts";
import { fault, quote } from "./condition/condition-fault.ts";
import { createZone, readClock, type WallClock } from "./condition/zone.ts";

/** The schedules of one rule, with zones and times checked. */
export interface ScheduleSet {
  /** Whether the time lies inside of at least one of them; always, if there are none. */
  includes(at: Date | undefined): boolean;
}

/** Throws `invalid_argument` that names the schedule for an unknown zone, day or time of day, and for shifts that never are. */
export function compileSchedules(schedules: readonly RuleSchedule[]): ScheduleSet {
  const compiled = schedules.map(compileSchedule);
  return {
    includes: (at) => compiled.length === 0 || (at !== undefined && compiled.some((isInside) => isInside(at))),
  };
}

function compileSchedule({ name, timezone, shifts }: RuleSchedule): (at: Date) => boolean {
  try {
    if (shifts.length === 0) throw fault("it has no shifts, so no time is ever inside of it");
    const zone = createZone(timezone);
    const inside = shifts.map(compileShift);
    return (at) => {
      const shown = zone.wallClock(at);
      return inside.some((isInside) => isInside(shown));
    };
  } catch (thrown) {
    throw fault(`schedule ${quote(name)}: ${PluginError.from(thrown).message}`);
  }
}

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
const minuteMs = 60_000;

/** Both ends belong to the shift, as minutes: a shift until 17:00 ends before 17:01. */
function compileShift({ weekday, start, end }: Shift): (shown: WallClock) => boolean {
  const day = days.find((name) => isSameDay(name, weekday));
  if (day === undefined) throw fault(`${quote(weekday)} is no day of the week: expected ${days.join(", ")}`);
  const [first, last] = [readClock(start), readClock(end)];
  if (first >= last) throw fault(`the shift from ${start} to ${end} has to end after its start, on the same day`);
  return (shown) => shown.weekday === day && shown.time >= first && shown.time < last + minuteMs;
}

/** `Monday`, and `Mon`, which servers let pass as well. */
function isSameDay(day: string, written: string): boolean {
  const [full, given] = [day.toLowerCase(), written.toLowerCase()];
  return given === full || given === full.slice(0, 3);
}
