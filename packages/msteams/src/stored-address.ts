import type { SentMessage } from "@access-plugins/core";
import * as z from "zod";

const entrySchema = z.object({ id: z.string().min(1), ts: z.string(), rid: z.string().min(1) });

/** An id of at most 64 characters, a time, and the longest link to a channel (`channel-link.ts`), in base64. */
export const maxAddressBytes = 560;

/**
 * One entry of the official `messages`: standard base64 of `{"id","ts","rid"}` as Go writes it. What else an address
 * holds (`conversation`) is ours and can be found again from `rid`.
 */
export function encodeAddress({ id = "", ts = "", rid = "" }: SentMessage): string {
  return Buffer.from(toGoJson({ id, ts, rid })).toString("base64");
}

/** Also reads `id/ts/rid`, as the oldest versions wrote it. Undefined for anything else. */
export function decodeAddress(entry: string): SentMessage | undefined {
  const bytes = Buffer.from(entry, "base64");
  if (entry !== "" && bytes.toString("base64") === entry) {
    const read = entrySchema.safeParse(parse(bytes.toString("utf8")));
    if (read.success) return read.data;
  }
  const [id, ts, rid, ...rest] = entry.split("/");
  return id && ts && rid && rest.length === 0 ? { id, ts, rid } : undefined;
}

/** Go's JSON escapes what could end a script in HTML; entries are compared as text, so ours have to be the same. */
function toGoJson(value: unknown): string {
  const toEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/gu, toEscape);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Go's RFC 822 layout in UTC: `21 Nov 26 11:24 UTC`. */
export function toRfc822(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${two(time.getUTCDate())} ${months[time.getUTCMonth()]} ${two(time.getUTCFullYear() % 100)}`;
  return `${date} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())} UTC`;
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
