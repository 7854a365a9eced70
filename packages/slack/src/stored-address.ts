import type { SentMessage } from "@access-plugins/core";

/** Channel and timestamp are at most 32 characters each (`wire.ts`), and plain ASCII. */
export const maxAddressBytes = 65;

/** `<channel>/<ts>`, as the official plugin stores it in `messages`. */
export function encodeAddress(sent: SentMessage): string {
  return `${sent["channel"]}/${sent["ts"]}`;
}

/** Entries without exactly one slash are no address of a Slack message. */
export function decodeAddress(entry: string): SentMessage | undefined {
  const [channel, ts, ...rest] = entry.split("/");
  if (!channel || !ts || rest.length > 0) return undefined;
  return { channel, ts };
}
