import fc from "fast-check";
import { expect, it } from "vitest";
import { createZone } from "./zone.ts";

it("shows in the zone without tables what the tables say of UTC", () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (at) => {
      expect(createZone("").wallClock(at)).toEqual(createZone("UTC").wallClock(at));
    }),
  );
});
