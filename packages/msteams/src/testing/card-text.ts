import { z } from "zod";

/** One text of a card, and how a client reads it: `markdown` for text blocks and facts, `run` for text runs. */
export interface CardText {
  readonly kind: "markdown" | "run";
  readonly text: string;
}

const node = z.looseObject({ type: z.string().optional(), text: z.unknown().optional() });

/** Every text in a card, in the order of the document. */
export function textsOf(value: unknown): readonly CardText[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  const read = node.safeParse(value);
  if (!read.success) return [];
  const { type, text, title, value: fact, ...rest } = read.data;
  const kind = type === "TextRun" ? "run" : "markdown";
  const own = [text, title, fact].flatMap((one) => (typeof one === "string" ? [{ kind, text: one } as const] : []));
  return [...own, ...Object.values(rest).flatMap(textsOf)];
}

/** Every address in a card that a click or the client itself would open. */
export function addressesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(addressesOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    if (/url$/iu.test(key) && typeof child === "string") return [child];
    return key === "backgroundImage" && typeof child === "string" ? [child] : addressesOf(child);
  });
}

/** Date functions as clients replace them. */
export const dateFunction = /\{\{(DATE|TIME)\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?:, ?(?:SHORT|LONG|COMPACT))?\)\}\}/gu;

/** Text with its date functions replaced, in UTC. */
export function withDates(text: string): string {
  return text.replace(dateFunction, (_, kind: string, iso: string) => {
    const options = kind === "DATE" ? ({ dateStyle: "medium" } as const) : ({ timeStyle: "short" } as const);
    const shown = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(new Date(iso));
    return kind === "DATE" ? shown : `${shown} UTC`;
  });
}
