import type { SentMessage } from "@access-plugins/core";

/** Two ids of 26 characters and the slash. */
export const maxAddressBytes = 53;

/** `<channel id>/<post id>`, as the official plugin stores it in `messages`. */
export function encodeAddress(sent: SentMessage): string {
  return `${sent["channel"]}/${sent["post"]}`;
}

const id = /^[a-z0-9]{26}$/u;

/** Entries that are not two ids with a slash between them are no address of a Mattermost post. */
export function decodeAddress(entry: string): SentMessage | undefined {
  const [channel = "", post = "", ...rest] = entry.split("/");
  return id.test(channel) && id.test(post) && rest.length === 0 ? { channel, post } : undefined;
}
