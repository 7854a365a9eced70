import { fault, quote } from "./condition-fault.ts";

/** What a clock on the wall shows. */
export interface WallClock {
  /** English, in full: `Monday`. */
  readonly weekday: string;
  /** Milliseconds since the day's 00:00 as a clock shows them, 0 to 86,399,999. */
  readonly time: number;
}

/** A time zone. */
export interface Zone {
  wallClock(at: Date): WallClock;
}

const dayMs = 24 * 60 * 60 * 1_000;
const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The one zone that needs no tables: nothing has to be loaded for who uses no other. */
const utc: Zone = {
  wallClock: (at) => ({
    weekday: weekdays[at.getUTCDay()] ?? "",
    time: ((at.getTime() % dayMs) + dayMs) % dayMs,
  }),
};

/** A zone by its IANA name; empty is UTC. Throws for names nobody knows. */
export function createZone(name: string): Zone {
  if (name === "") return utc;
  const format = createFormat(name);
  return {
    wallClock(at) {
      const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
      const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
      const seconds = (number("hour") * 60 + number("minute")) * 60 + number("second");
      return { weekday: parts.get("weekday") ?? "", time: seconds * 1_000 + at.getUTCMilliseconds() };
    },
  };
}

function createFormat(timeZone: string): Intl.DateTimeFormat {
  // Offsets (`+02:00`) are no IANA names; Teleport does not know them.
  if (!/^[A-Za-z]/u.test(timeZone)) throw unknownZone(timeZone);
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "long",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw unknownZone(timeZone);
    throw thrown;
  }
}

function unknownZone(name: string) {
  return fault(`unknown time zone ${quote(name)}: expected an IANA name such as "Europe/Berlin", or "" for UTC`);
}

/** `HH:MM` on the 24-hour clock as milliseconds since 00:00. Throws for anything else. */
export function readClock(text: string): number {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/u.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) {
    throw fault(`${quote(text)} is no time of day: expected "HH:MM" from "00:00" to "23:59"`);
  }
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}
