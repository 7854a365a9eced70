import { randomUUID } from "node:crypto";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Where the last two groups of a UUID begin. */
const UUID_TAIL = 19;

export const isUuid = (text: string) => UUID.test(text);

/** Makes ids as the server of the version does: 7 grows with time, also within a millisecond; 4 is random. */
export function createRequestIds(version: 4 | 7, now: () => Date): () => string {
  let last = 0n;
  return () => {
    if (version === 4) return randomUUID();
    // 48 bits of time, then 12 bits that count within the millisecond.
    const earliest = BigInt(now().getTime()) << 12n;
    last = earliest > last ? earliest : last + 1n;
    const time = (last >> 12n).toString(16).padStart(12, "0");
    const counter = (last & 0xfffn).toString(16).padStart(3, "0");
    // Variant and random bits are those of any UUID.
    const tail = randomUUID().slice(UUID_TAIL);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail}`;
  };
}
