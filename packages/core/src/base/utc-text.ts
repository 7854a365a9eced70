const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/**
 * A time for readers whose zone nobody knows, to the minute: `1 Dec 2026, 10:05 UTC`. The month is a word, so that no
 * reader takes it for the day.
 */
export function toUtcText(at: Date): string {
  const day = `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${day}, ${toUtcClock(at)}`;
}

/** Only the time of the day: `10:05 UTC`. */
export function toUtcClock(at: Date): string {
  return `${toTwoDigits(at.getUTCHours())}:${toTwoDigits(at.getUTCMinutes())} UTC`;
}

function toTwoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
