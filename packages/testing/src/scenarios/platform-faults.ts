import { expect } from "vitest";
import type { SimulatedCall, SimulatedCallKind } from "../simulation.ts";
import type { Theatre } from "../theatre.ts";
import type { Play } from "./play.ts";
import { countDuplicates, patienceMs, placesOf } from "./told.ts";

/** So many are enough: Slack takes edits more seldom than posts. */
const decidedUnderRates = 3;

/** The platform's side: throttling, trouble, and places and people that go. */
export function platformFaults(play: Play): void {
  play("a process that dies during a look-up is followed by one that tells everybody once", async (theatre) => {
    const { auth, platform } = theatre;
    const first = await theatre.start();
    const held = platform.hold({ call: "look-up", when: "before" });
    const id = auth.createRequest({ suggestedReviewers: ["carol@example.com"] });
    await held.untilHeld();
    await first.kill();
    held.release();
    await theatre.start();
    await theatre.untilShown(id, "PENDING", 4, patienceMs);
    expect(placesOf(theatre, id).size).toBe(4);
  });

  play("429 and 503 on every kind of call cost time and nothing else", async (theatre) => {
    const { auth, platform } = theatre;
    await theatre.start();
    for (const call of ["look-up", "post", "edit", "reply"] as const) {
      for (const what of ["throttled", "throttled-silently", "unavailable"] as const) platform.trouble(what, { call });
    }
    const id = auth.createRequest({ suggestedReviewers: ["carol@example.com"] });
    await untilCalled(theatre, ({ outcome }) => isThrottled(outcome));
    platform.heal();
    await theatre.untilShown(id, "PENDING", 4, patienceMs);
    platform.trouble("throttled-silently", { times: 3 });
    auth.review(id, { reason: "go ahead" });
    await theatre.untilShown(id, "APPROVED", 4, patienceMs);
    await theatre.untilShown(id, "GO AHEAD", 4, patienceMs);
    expect(placesOf(theatre, id).size).toBe(4);
  });

  play("the rates that the platform documents cost time and nothing else", async (theatre) => {
    const { auth, platform } = theatre;
    await theatre.start();
    const requests = platform.enforceRates();
    const ids = Array.from({ length: requests }, () => auth.createRequest());
    await untilAccepted(theatre, "post", 3 * requests);
    const decided = ids.slice(0, decidedUnderRates);
    for (const id of decided) auth.resolve(id, "denied");
    await untilAccepted(theatre, "edit", 3 * decided.length);
    for (const id of decided) await theatre.untilShown(id, "DENIED", 3, patienceMs);
    // A refusal is an answer: nobody is told twice because of one.
    for (const id of ids) expect([placesOf(theatre, id).size, countDuplicates(theatre, id)]).toEqual([3, 0]);
    const refused = platform.calls().filter(({ outcome }) => isThrottled(outcome));
    expect(refused.length).toBeGreaterThan(0);
    for (const [kind, accepted] of [["post", 3 * requests] as const, ["edit", 3 * decided.length] as const]) {
      // Those that leave before the first refusal is known, and then one that finds out for each that is let through.
      expect(refused.filter((call) => call.kind === kind).length).toBeLessThanOrEqual(2 * accepted);
    }
  });

  play(
    "somebody deactivated is recorded once, not tried for ever, and the others do not notice",
    async (theatre) => {
      const { auth, platform } = theatre;
      const first = await theatre.start();
      const before = auth.createRequest();
      await theatre.untilShown(before, "PENDING", 3, patienceMs);
      platform.befall({ what: "person deactivated", person: "carol@example.com" });
      expect(await first.stop()).toBe(0);
      // Who they are is asked again.
      const plugin = await theatre.start();
      const after = auth.createRequest();
      await plugin.untilLine(saysOfCarol(after), patienceMs);
      await theatre.untilShown(after, "PENDING", 2, patienceMs);
      auth.review(after, { reason: "go ahead" });
      auth.resolve(before, "denied");
      await theatre.untilShown(after, "GO AHEAD", 2, patienceMs);
      await theatre.untilShown(after, "APPROVED", 2, patienceMs);
      await theatre.untilShown(before, "DENIED", 3, patienceMs);
      expect(placesOf(theatre, after).size).toBe(2);
      expect(plugin.lines.filter((line) => saysOfCarol(after).test(line))).toHaveLength(1);
    },
    { roles: { "*": [{ person: "bob@example.com" }, { person: "carol@example.com" }, { channel: "delta" }] } },
  );

  play(
    "a deleted message, an archived channel and a removed bot harm nobody else and are not tried for ever",
    async (theatre) => {
      const { auth, platform } = theatre;
      await theatre.start();
      const id = auth.createRequest();
      await theatre.untilShown(id, "PENDING", 4, patienceMs);
      const [victim] = theatre.about(id).filter(({ place }) => place.endsWith("alpha"));
      platform.befall({ what: "message deleted", id: victim?.id ?? "" });
      platform.befall({ what: "channel archived", channel: "beta" });
      platform.befall({ what: "bot removed", channel: "gamma" });
      auth.resolve(id, "approved");
      const delta = (word: string) => () =>
        theatre.about(id).some(({ place, text }) => place.endsWith("delta") && text.includes(word));
      await platform.untilMessages(delta("APPROVED"), patienceMs);
      auth.resolve(id, "denied");
      await platform.untilMessages(delta("DENIED"), patienceMs);
      for (const channel of ["alpha", "beta", "gamma"]) {
        const edits = platform.calls().filter(({ kind, place }) => kind === "edit" && place.endsWith(channel));
        expect(edits.length).toBeLessThanOrEqual(2);
      }
    },
    { roles: { "*": ["alpha", "beta", "gamma", "delta"].map((channel) => ({ channel })) } },
  );
}

/** In the words of each platform. */
function isThrottled(outcome: string): boolean {
  return /429|limit/u.test(outcome);
}

/** The line that says that one recipient of this request cannot be told. */
function saysOfCarol(id: string): RegExp {
  return new RegExp(`request_id=${id}.*recipient=carol@example\\.com.*consequence=(?:gone|blocked)`, "u");
}

async function untilAccepted({ platform }: Theatre, kind: SimulatedCallKind, count: number): Promise<void> {
  const accepted = () => platform.load.traffic().filter((call) => call.kind === kind && call.accepted).length;
  await platform.untilMessages(() => accepted() >= count, patienceMs);
}

async function untilCalled({ platform }: Theatre, fits: (call: SimulatedCall) => boolean): Promise<void> {
  await platform.untilMessages(() => platform.calls().some(fits), patienceMs);
}
