import { expect } from "vitest";
import { findHealth } from "../plugin-health.ts";
import type { HoldOptions } from "../simulation.ts";
import type { Theatre } from "../theatre.ts";
import type { Play } from "./play.ts";
import { countDuplicates, countStored, placesOf, takeOverMs, untilStored } from "./told.ts";

/** A point in a delivery at which the process stands still. */
interface Seam {
  reached(id: string): Promise<unknown>;
  release(): void;
}

interface Death {
  /** How many calls are in flight: the most duplicates there may be. */
  readonly inFlight: number;
  /** The platform has taken all of them, and nobody knows: each is told again, or found. */
  readonly accepted?: boolean;
}

/** Where the process dies. */
const seams: readonly (readonly [string, (theatre: Theatre) => Seam, Death])[] = [
  ["before the claim is stored", holdWrite(1, "before"), { inFlight: 0 }],
  ["after the claim is stored", holdWrite(1, "after"), { inFlight: 0 }],
  ["before the result is stored", holdWrite(2, "before"), { inFlight: 3 }],
  ["after a result is stored", holdWrite(2, "after"), { inFlight: 2 }],
  ["between two of its three posts", holdPost("before"), { inFlight: 1 }],
  ["while a post is accepted and not answered", holdPost("after"), { inFlight: 1, accepted: true }],
];

/** A process that dies at each seam of a delivery, and while requests live their lives: the next one makes all of it true. */
export function killedProcesses(play: Play): void {
  for (const [seam, hold, { inFlight, accepted }] of seams) {
    play(`${seam}: the next one tells everybody, and closes every message it knows`, async (theatre) => {
      const first = await theatre.start();
      const { reached, release } = hold(theatre);
      const id = theatre.auth.createRequest();
      await reached(id);
      await first.kill();
      release();
      const known = countStored(theatre, id) ?? 0;
      const next = await findHealth(await theatre.start());
      await untilStored(theatre, id, 3);
      expect(placesOf(theatre, id).size).toBe(3);
      const duplicates = countDuplicates(theatre, id);
      expect(duplicates).toBeLessThanOrEqual(inFlight);
      // What it cannot know is whether those were told of whom the record does not say so.
      const counted = await next.metric("teleport_chat_possible_duplicates_total");
      expect(counted).toBeGreaterThanOrEqual(duplicates);
      expect(counted).toBeLessThanOrEqual(3 - known);
      if (accepted) expect(counted).toBe(duplicates);
      theatre.auth.review(id);
      await theatre.untilShown(id, "APPROVED", 3, takeOverMs);
    });
  }

  play(
    "over a post, and the request is decided before the next one may act: everybody sees the decision",
    async (theatre) => {
      const first = await theatre.start();
      const { reached, release } = holdPost("after")(theatre);
      const id = theatre.auth.createRequest();
      await reached(id);
      await first.kill();
      release();
      theatre.auth.review(id);
      await theatre.start();
      await theatre.untilShown(id, "APPROVED", 3, takeOverMs);
      // One where the post can be found again, two where it cannot: the first says nothing but what was true then.
      expect(countDuplicates(theatre, id)).toBeLessThanOrEqual(1);
    },
  );

  for (const call of ["edit", "reply"] as const) {
    play(
      `during ${call === "edit" ? "an edit" : "a reply"}: the next one shows the decision everywhere`,
      async (theatre) => {
        const first = await theatre.start();
        const id = theatre.auth.createRequest();
        await theatre.untilShown(id, "PENDING", 3);
        const held = theatre.platform.hold({ call, when: "before" });
        theatre.auth.review(id, { reason: "go ahead" });
        await held.untilHeld();
        await first.kill();
        held.release();
        await theatre.start();
        await theatre.untilShown(id, "APPROVED", 3, takeOverMs);
        expect(theatre.about(id)).toHaveLength(3);
      },
    );
  }

  play("and stays down while requests live their lives: all is caught up", async (theatre) => {
    const first = await theatre.start();
    const { auth } = theatre;
    const [approved, gone] = [auth.createRequest(), auth.createRequest()];
    await theatre.untilShown(approved, "PENDING", 3);
    await theatre.untilShown(gone, "PENDING", 3);
    await untilStored(theatre, gone, 3);
    expect(await first.stop()).toBe(0);
    auth.review(approved);
    auth.deleteRequest(gone);
    const created = auth.createRequest();
    await theatre.start();
    await theatre.untilShown(approved, "APPROVED", 3);
    await theatre.untilShown(created, "PENDING", 3);
    await theatre.untilShown(gone, "NO LONGER OPEN", 3, takeOverMs);
  });
}

function holdWrite(nth: number, at: "before" | "after") {
  return ({ auth }: Theatre): Seam => {
    let writes = 0;
    const barrier = auth.faults.hold((call) => call.method === "UpdatePluginData" && ++writes === nth, at);
    return { reached: () => barrier.reached(1, 20_000), release: barrier.release };
  };
}

/** One of three posts stands still; what became of the other two is stored by then. */
function holdPost(when: HoldOptions["when"]) {
  return (theatre: Theatre): Seam => {
    const held = theatre.platform.hold({ call: "post", when, channel: "gamma" });
    return {
      async reached(id) {
        await held.untilHeld();
        await untilStored(theatre, id, 2);
      },
      release: held.release,
    };
  };
}
