import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeAddress, encodeAddress, maxAddressBytes } from "./stored-address.ts";
import { messageAnswer } from "./wire.ts";

it("comes back from every address Slack can answer with, within its size", () => {
  const part = fc.string({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(part, part, (channel, ts) => {
      const answer = messageAnswer.safeParse({ channel, ts });
      if (!answer.success) return;
      const entry = encodeAddress(answer.data);
      expect(decodeAddress(entry)).toEqual({ channel, ts });
      expect(Buffer.byteLength(entry)).toBeLessThanOrEqual(maxAddressBytes);
      expect(entry).not.toContain(",");
    }),
    { numRuns: 1_000 },
  );
});
