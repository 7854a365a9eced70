import { expect, it } from "vitest";
import type { OpenStage } from "./stage.ts";
import type { ContractSuite } from "./suite.ts";

/** Addresses of messages, as the official plugin stores them. */
export function storing({ stored }: ContractSuite, open: OpenStage): void {
  it("stores an address so that it comes back the same, without a comma and within its promised size", async () => {
    const { messenger, postSample } = await open();
    const entry = messenger.stored.encode(await postSample());
    const back = messenger.stored.decode(entry);
    expect(back).toBeDefined();
    expect(messenger.stored.encode(back ?? {})).toBe(entry);
    expect(entry).not.toContain(",");
    expect(Buffer.byteLength(entry)).toBeLessThanOrEqual(messenger.stored.maxBytes);
  });

  it("reads an entry of the official plugin and writes it the same way", async () => {
    const { messenger } = await open();
    expect(messenger.stored.decode(stored.official.entry)).toEqual(stored.official.sent);
    expect(messenger.stored.encode(stored.official.sent)).toBe(stored.official.entry);
  });

  it.each(stored.malformed)("skips the malformed entry %j", async (entry) => {
    const { messenger } = await open();
    expect(messenger.stored.decode(entry)).toBeUndefined();
  });
}
