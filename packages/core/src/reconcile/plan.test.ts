import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someDelivery, someStatus } from "../testing/arbitrary-record.ts";
import { type Command, createDeliveryModel, type DeliveryModel, type Ending } from "../testing/delivery-model.ts";
import { toDelivery, toOwnState } from "../testing/samples.ts";
import { type Delivery, isLive, type OwnState } from "./delivery.ts";
import { type Abilities, type PlanInput, type Progress, plan, requesterIndex, type Step, type Wanted } from "./plan.ts";

const everything: Abilities = { reply: true, findPosted: true, react: true, notify: true };
const nothing: Abilities = { reply: false, findPosted: false, react: false, notify: false };
const anyAbilities = fc.record({
  reply: fc.boolean(),
  findPosted: fc.boolean(),
  react: fc.boolean(),
  notify: fc.boolean(),
});
const pending: Wanted = { shows: { status: "pending", digest: "now" }, complete: true, reviews: 0 };
const approved: Wanted = { shows: { status: "approved", digest: "now" }, complete: true, reviews: 1 };
const to = { id: "C1", kind: "channel" } as const;
const address = { channel: "C1", id: "1" };

function planFor(deliveries: readonly Delivery[], input: Partial<PlanInput> = {}) {
  return plan({
    own: toOwnState(deliveries),
    wanted: pending,
    progress: new Map(),
    abilities: nothing,
    now: 1_000,
    ...input,
  });
}

const progressOf = (...states: Progress[]) => new Map(states.entries());
const sent = (fields: Partial<Delivery> = {}) =>
  toDelivery({ state: "sent", to, address, shows: { status: "pending", digest: "now" }, ...fields });
/** Without one of the optional facts about it. */
function without(delivery: Delivery, fact: "shows" | "address"): Delivery {
  const { [fact]: _left, ...rest } = delivery;
  return rest;
}
const words = (steps: readonly Step[]) => steps.map((step) => `${step.do} ${step.index}`);

describe("somebody who was not told", () => {
  it.each<[string, Partial<Delivery>, Abilities, string]>([
    ["is looked up first", {}, everything, "resolve 0"],
    ["is told once their place is known", { to }, everything, "post 0"],
    ["is searched for after a call of unknown outcome", { to, unsure: true }, everything, "search 0"],
    ["is looked up before the search", { unsure: true }, everything, "resolve 0"],
    ["is told again where nothing can be searched", { to, unsure: true }, nothing, "post 0"],
    [
      "is tried again when they were blocked",
      { state: "blocked", code: "recipient_forbidden", to },
      everything,
      "post 0",
    ],
    [
      "is looked up again when they were unknown",
      { state: "blocked", code: "recipient_unknown" },
      nothing,
      "resolve 0",
    ],
  ])("%s", (_what, fields, abilities, step) => {
    expect(words(planFor([toDelivery(fields)], { abilities }).steps)).toEqual([step]);
  });

  it.each<[string, Partial<Delivery>, Abilities, string]>([
    ["is not told of a request that is over", { to }, everything, "skipped"],
    ["nor when they were blocked", { state: "blocked", code: "recipient_unknown" }, everything, "skipped"],
    ["may have an orphan where nothing can be searched", { to, unsure: true }, nothing, "orphan"],
    ["or where not even the place can be found", { state: "blocked", unsure: true }, everything, "orphan"],
    ["or where the place refuses us", { to, state: "blocked", unsure: true, cutOff: true }, nothing, "orphan"],
  ])("%s", (_what, fields, abilities, state) => {
    const [step] = planFor([toDelivery(fields)], { abilities, wanted: approved }).steps;
    expect(step).toMatchObject({ do: "become", delivery: { state } });
  });

  it.each<[string, Partial<Delivery>, string]>([
    ["is searched for when the request is over and a message may be out there", { to, unsure: true }, "search 0"],
    ["is looked up for that search", { unsure: true }, "resolve 0"],
    ["is searched for as well after a death", { to, unsure: true, cutOff: true }, "search 0"],
  ])("%s", (_what, fields, step) => {
    expect(words(planFor([toDelivery(fields)], { abilities: everything, wanted: approved }).steps)).toEqual([step]);
  });

  it.each<[string, Partial<Delivery>, string]>([
    ["learns the outcome where a death left a message that cannot be searched", { to }, "post 0"],
    ["is looked up to that end", {}, "resolve 0"],
  ])("%s", (_what, fields, step) => {
    const delivery = toDelivery({ ...fields, unsure: true, cutOff: true });
    expect(words(planFor([delivery], { abilities: nothing, wanted: approved }).steps)).toEqual([step]);
  });

  it("waits for its moment, and the plan says when that is", () => {
    const deliveries = [toDelivery({ raw: "a" }), toDelivery({ raw: "b" })];
    const progress = progressOf({ notBefore: 5_000 }, { notBefore: 3_000 });
    expect(planFor(deliveries, { progress })).toEqual({ steps: [], wakeAt: 3_000, fallThrough: false });
    expect(words(planFor(deliveries, { progress, now: 3_000 }).steps)).toEqual(["resolve 1"]);
  });

  it("gets no second call while one is under way, and sets no alarm", () => {
    const progress = progressOf({ busy: true, notBefore: 5_000 });
    expect(planFor([toDelivery({ to })], { progress })).toEqual({ steps: [], fallThrough: false });
  });

  it.each(["gone", "skipped", "orphan", "omitted"] as const)("is left alone for good once they are %s", (state) => {
    expect(planFor([toDelivery({ state, to })]).steps).toEqual([]);
    expect(planFor([toDelivery({ state, to, address })], { wanted: approved }).steps).toEqual([]);
  });
});

describe("two raw recipients of one place", () => {
  const skipped = (index: number) => ({ do: "become", index, delivery: expect.objectContaining({ state: "skipped" }) });

  it("get one message: the second becomes skipped", () => {
    const { steps } = planFor([toDelivery({ raw: "a", to }), toDelivery({ raw: "b", to })]);
    expect(steps).toEqual([{ do: "post", index: 0 }, skipped(1)]);
  });

  it.each<[string, Delivery, Progress]>([
    ["was told already", sent({ raw: "b" }), {}],
    ["was told, but the message is gone", toDelivery({ raw: "b", state: "gone", to, address }), {}],
    ["is being told right now", toDelivery({ raw: "b", to }), { busy: true }],
    ["may have been told", toDelivery({ raw: "b", to, unsure: true }), { notBefore: 9_000 }],
  ])("get no second one when the later of them %s", (_what, other, progress) => {
    const { steps } = planFor([toDelivery({ raw: "a", to }), other], { progress: progressOf({}, progress) });
    expect(steps).toContainEqual(skipped(0));
    expect(words(steps)).not.toContain("post 0");
  });

  it("do not both post when both were blocked and are tried again", () => {
    const blocked = (raw: string) => toDelivery({ raw, to, state: "blocked", code: "recipient_forbidden" });
    expect(planFor([blocked("a"), blocked("b")]).steps).toEqual([{ do: "post", index: 0 }, skipped(1)]);
  });

  it("are both searched for where either may have been told", () => {
    const unsure = toDelivery({ raw: "a", to, unsure: true });
    const { steps } = planFor([unsure, { ...unsure, raw: "b" }], { abilities: everything });
    expect(words(steps)).toEqual(["search 0", "search 1"]);
    const told = planFor([unsure, sent({ raw: "b" })], { abilities: everything });
    expect(words(told.steps)).toEqual(["search 0"]);
  });

  it("leave the place to the one that may try now", () => {
    const blocked = toDelivery({ raw: "a", to, state: "blocked", code: "recipient_forbidden" });
    const { steps } = planFor([blocked, toDelivery({ raw: "b", to })], { progress: progressOf({ notBefore: 9_000 }) });
    expect(steps).toEqual([skipped(0), { do: "post", index: 1 }]);
  });
});

describe("a message", () => {
  it.each<[string, Delivery, Wanted, string[]]>([
    ["that shows everything needs nothing", sent(), pending, []],
    ["that shows another status is edited", sent(), { ...approved, reviews: 0 }, ["edit 0"]],
    ["that shows other content is edited", sent({ shows: { status: "pending", digest: "old" } }), pending, ["edit 0"]],
    ["of which nobody knows what it shows is edited", without(sent(), "shows"), pending, ["edit 0"]],
    [
      "of the official plugin with all reviews is left as it is",
      sent({ shows: { status: "pending", reviews: 2 } }),
      pending,
      [],
    ],
    [
      "of the official plugin that lacks a review is edited",
      sent({ shows: { status: "pending", reviews: 0 }, replies: 1 }),
      { ...pending, reviews: 1 },
      ["edit 0"],
    ],
    [
      "of a request out of sight is judged by its status alone",
      sent({ shows: { status: "pending", digest: "old" } }),
      { ...pending, complete: false },
      [],
    ],
    ["of a request out of sight follows its status", sent(), { ...approved, complete: false, reviews: 0 }, ["edit 0"]],
    ["without an address cannot be edited", without(sent(), "address"), approved, []],
  ])("%s", (_what, delivery, wanted, expected) => {
    expect(words(planFor([delivery], { wanted, abilities: everything }).steps)).toEqual(expected);
  });

  it("is edited before its replies come, which come in order", () => {
    const wanted = { ...approved, reviews: 3 };
    const step = (delivery: Delivery) => planFor([delivery], { wanted, abilities: everything }).steps;
    expect(step(sent({ replies: 1 }))).toEqual([{ do: "edit", index: 0 }]);
    const edited = sent({ replies: 1, shows: approved.shows });
    expect(step(edited)).toEqual([{ do: "reply", index: 0, review: 1 }]);
    expect(step({ ...edited, replies: 2 })).toEqual([{ do: "reply", index: 0, review: 2 }]);
    expect(step({ ...edited, replies: 3 })).toEqual([]);
  });

  it("is edited while its reply has to wait", () => {
    const progress = progressOf({ replyNotBefore: 9_000 });
    const { steps } = planFor([sent()], { wanted: approved, abilities: everything, progress });
    expect(words(steps)).toEqual(["edit 0"]);
    const edited = sent({ shows: approved.shows });
    expect(planFor([edited], { wanted: approved, abilities: everything, progress })).toMatchObject({
      steps: [],
      wakeAt: 9_000,
    });
  });

  it("gets its reply while its edit has to wait", () => {
    const { steps } = planFor([sent()], {
      wanted: approved,
      abilities: everything,
      progress: progressOf({ notBefore: 9_000 }),
    });
    expect(words(steps)).toEqual(["reply 0"]);
  });

  it("gets no replies where the platform has none", () => {
    const { steps } = planFor([sent({ shows: approved.shows })], { wanted: approved, abilities: nothing });
    expect(steps).toEqual([]);
  });

  it("that can no longer be edited gets the outcome as a reply, once for each outcome", () => {
    const locked = sent({ locked: true, replies: 1 });
    const wordsFor = (delivery: Delivery, wanted: Wanted, abilities = everything) =>
      words(planFor([delivery], { wanted, abilities }).steps);
    expect(wordsFor(locked, { ...pending, reviews: 1, shows: { status: "pending", digest: "new" } })).toEqual([]);
    expect(wordsFor(locked, approved)).toEqual(["outcome 0"]);
    expect(wordsFor({ ...locked, shows: approved.shows }, approved)).toEqual([]);
    expect(wordsFor({ ...locked, shows: approved.shows }, { ...approved, shows: { status: "denied" } })).toEqual([
      "outcome 0",
    ]);
    expect(wordsFor(locked, approved, nothing)).toEqual([]);
  });
});

describe("falling through to the next tier", () => {
  const unknown = toDelivery({ state: "blocked", code: "recipient_unknown" });

  it.each<[string, Delivery[], Wanted, boolean]>([
    ["needs the platform's word about every recipient", [unknown, unknown], pending, true],
    ["does not follow from another refusal", [unknown, { ...unknown, code: "recipient_forbidden" }], pending, false],
    ["does not follow while somebody is still to be asked", [unknown, toDelivery()], pending, false],
    ["does not follow when somebody was told", [unknown, sent()], pending, false],
    ["is too late for a request that is over", [unknown], approved, false],
    ["does not follow from having nobody", [], pending, false],
  ])("%s", (_what, deliveries, wanted, expected) => {
    expect(planFor(deliveries, { wanted }).fallThrough).toBe(expected);
  });
});

describe("what follows an outcome", () => {
  const shown = sent({ shows: approved.shows, replies: 1 });
  const planOutcome = (own: Partial<OwnState>, delivery = shown, abilities = everything) =>
    words(plan({ own: toOwnState([delivery], own), wanted: approved, progress: new Map(), abilities, now: 1 }).steps);
  const waiting = { status: "approved", state: "waiting" } as const;

  it.each<[string, Partial<OwnState>, string[]]>([
    ["the requester is told", { notice: waiting }, ["notify -1"]],
    ["once", { notice: { ...waiting, state: "told" } }, []],
    ["and not where they cannot be reached", { notice: { ...waiting, state: "unreachable" } }, []],
    ["nor of an outcome that no longer holds", { notice: { ...waiting, status: "denied" } }, []],
    ["a sign is put on the message", { sign: "approved" }, ["react 0"]],
    ["but none that is not ours to put there", {}, []],
  ])("%s", (_what, own, expected) => {
    expect(planOutcome(own)).toEqual(expected);
  });

  it("a sign stands once, and another one after an override", () => {
    expect(planOutcome({ sign: "approved" }, { ...shown, sign: "approved" })).toEqual([]);
    expect(planOutcome({ sign: "approved" }, { ...shown, sign: "denied" })).toEqual(["react 0"]);
  });

  it("a message that still shows something else is edited first, and gets its sign although the edit cannot be made", () => {
    expect(planOutcome({ sign: "approved" }, { ...shown, shows: pending.shows })).toEqual(["edit 0"]);
    expect(planOutcome({ sign: "approved" }, { ...shown, locked: true })).toEqual(["react 0"]);
  });

  it("neither happens where the platform cannot, or where it is switched off", () => {
    const abilities = { ...everything, react: false, notify: false };
    expect(planOutcome({ notice: waiting, sign: "approved" }, shown, abilities)).toEqual([]);
  });

  it("nothing of it waits for the messages, nor they for it", () => {
    const busy = new Map([[0, { busy: true }]]);
    const own = toOwnState([shown], { notice: waiting, sign: "approved" });
    const planWith = (progress: PlanInput["progress"]) =>
      words(plan({ own, wanted: approved, progress, abilities: everything, now: 1 }).steps);
    expect(planWith(busy)).toEqual(["notify -1"]);
    expect(planWith(new Map([[requesterIndex, { busy: true }]]))).toEqual(["react 0"]);
    expect(
      planWith(
        new Map([
          [0, { signNotBefore: 2 }],
          [requesterIndex, { notBefore: 2 }],
        ]),
      ),
    ).toEqual([]);
  });
});

describe("look-ups for what a message shows", () => {
  it("hold up the first post alone, and only until their time is over", () => {
    const waiting = toDelivery({ to });
    const input = { wanted: approved, postNotBefore: 1_500 };
    expect(planFor([waiting], { postNotBefore: 1_500 })).toMatchObject({ steps: [], wakeAt: 1_500 });
    expect(words(planFor([waiting], { postNotBefore: 1_000 }).steps)).toEqual(["post 0"]);
    expect(words(planFor([toDelivery()], { postNotBefore: 1_500 }).steps)).toEqual(["resolve 0"]);
    expect(words(planFor([sent()], input).steps)).toEqual(["edit 0"]);
  });
});

describe("any plan", () => {
  const inputs = fc.record({
    deliveries: fc.array(someDelivery, { maxLength: 6 }),
    status: someStatus,
    reviews: fc.nat(4),
    complete: fc.boolean(),
    abilities: anyAbilities,
    progress: fc.array(fc.record({ busy: fc.boolean(), notBefore: fc.nat(2_000), replyNotBefore: fc.nat(2_000) })),
  });

  it("has at most one step for a delivery, none for one that is busy, gone or waits, and wakes in time for the rest", () => {
    fc.assert(
      fc.property(inputs, ({ deliveries, status, reviews, complete, abilities, progress }) => {
        const wanted = { shows: { status, digest: "wanted" }, complete, reviews };
        const { steps, wakeAt } = planFor(deliveries, { wanted, abilities, progress: progressOf(...progress) });
        expect(new Set(steps.map(({ index }) => index)).size).toBe(steps.length);
        for (const step of steps) {
          const { busy = false, notBefore = 0, replyNotBefore = 0 } = progress[step.index] ?? {};
          const delivery = deliveries[step.index];
          expect(busy).toBe(false);
          if (step.do !== "become") expect(step.do === "reply" ? replyNotBefore : notBefore).toBeLessThanOrEqual(1_000);
          if (step.do === "post" && !delivery?.cutOff) expect(status).toBe("pending");
          if (step.do === "post") expect(delivery).toMatchObject({ state: expect.stringMatching(/waiting|blocked/u) });
          if (["edit", "reply", "outcome"].includes(step.do)) expect(delivery?.state).toBe("sent");
        }
        if (wakeAt !== undefined) expect(wakeAt).toBeGreaterThan(1_000);
      }),
    );
  });

  it("never posts to a place twice, nor where somebody was told or is being told", () => {
    const oneOfThree = fc.constantFrom("C1", "C2", "C3").map((id) => ({ id, kind: "channel" as const }));
    const crowd = fc.array(
      fc.tuple(someDelivery, fc.option(oneOfThree, { nil: undefined })).map(([delivery, place]): Delivery => {
        const { to: _to, ...rest } = delivery;
        return place === undefined ? rest : { ...rest, to: place };
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(crowd, fc.array(fc.record({ busy: fc.boolean() })), (deliveries, progress) => {
        const { steps } = planFor(deliveries, { progress: progressOf(...progress) });
        const posted = steps.filter((step) => step.do === "post").map(({ index }) => deliveries[index]?.to?.id);
        expect(new Set(posted).size).toBe(posted.length);
        for (const [index, { to: place, address: told, state }] of deliveries.entries()) {
          const open = state === "waiting" || state === "blocked";
          if (told !== undefined || (open && progress[index]?.busy))
            expect(posted).not.toContain(place?.id ?? "nowhere");
        }
      }),
    );
  });
});

describe("whatever happens, after the last fault", { timeout: 30_000 }, () => {
  const endings: Ending[] = [
    "lost",
    "silent",
    "unavailable",
    "rate_limited",
    "content_rejected",
    "recipient_forbidden",
    "conflict",
    "internal",
  ];
  const command: fc.Arbitrary<Command> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant("end" as const), which: fc.nat(9), how: fc.constant("ok" as const) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("end" as const), which: fc.nat(9), how: fc.constantFrom(...endings) }),
    },
    { weight: 2, arbitrary: fc.constant({ do: "review" as const }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), status: someStatus }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(100, 5_000, 60_000, 3_600_000) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("deleteMessage" as const, "lockMessage" as const), which: fc.nat(9) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("die" as const), effect: fc.boolean() }) },
  );
  const places = { ops: "C1", "#ops": "C1", bob: "U2", "bob@example.com": "U2", carol: "U3", ghost: undefined };
  const lives = fc.tuple(fc.array(command, { maxLength: 60, size: "max" }), anyAbilities);

  // Each run lives through dozens of steps.
  const numRuns = 120;

  async function live([commands, able]: [Command[], Abilities]): Promise<DeliveryModel> {
    const model = createDeliveryModel({ places, abilities: able });
    for (const one of commands) await model.run(one);
    await model.calmDown();
    return model;
  }

  function statesOf(model: DeliveryModel): string[] {
    return model.own().deliveries.map(({ raw, state }) => `${raw} ${state}`);
  }

  it("no plan has broken a rule on the way, and the last one is empty", async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (story) => {
        const model = await live(story);
        expect(model.violations).toEqual([]);
        expect(model.plan().steps).toEqual([]);
      }),
      { numRuns },
    );
  });

  it("everybody the platform knows is told of an open request, and of a closed one nobody is left waiting", async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (story) => {
        const model = await live(story);
        const open = model.wanted().shows.status === "pending";
        for (const delivery of model.own().deliveries) {
          if (!open) expect(["waiting", "blocked"], statesOf(model).join()).not.toContain(delivery.state);
          if (open && delivery.raw === "ghost") expect(delivery.state).toBe("blocked");
        }
        if (!open) return;
        const told = new Set(model.messages.map(({ place }) => place));
        expect(told, statesOf(model).join()).toEqual(new Set(["C1", "U2", "U3"]));
      }),
      { numRuns },
    );
  });

  it("every message we know shows the truth, by itself or by a reply, unless somebody deleted it", async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (story) => {
        const model = await live(story);
        const { shows, reviews } = model.wanted();
        for (const delivery of model.own().deliveries.filter(isLive)) {
          const message = model.messages.find(({ id }) => id === delivery.address?.["id"]);
          // A deleted message is noticed at the next call to it, and nothing calls one that needs nothing.
          if (message === undefined || message.deleted) continue;
          if (!delivery.locked) expect(message.shown).toEqual(shows);
          else if (shows.status !== "pending" && story[1].reply) {
            expect([message.shown.status, ...message.outcomes]).toContain(shows.status);
          }
          if (story[1].reply) expect(delivery.replies).toBe(reviews);
        }
      }),
      { numRuns },
    );
  });

  it("replies stand in order, and no place has more messages than there were posts of unknown outcome", async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (story) => {
        const model = await live(story);
        for (const { reviews } of model.messages) {
          expect(reviews.map(Number)).toEqual(reviews.map(Number).sort((a, b) => a - b));
        }
        for (const place of ["C1", "U2", "U3"]) {
          const count = model.messages.filter((message) => message.place === place).length;
          expect(count).toBeLessThanOrEqual(1 + (model.unknownPosts.get(place) ?? 0));
        }
      }),
      { numRuns },
    );
  });

  it("the requester is told the outcome once, more often only for a notice of unknown outcome", async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (story) => {
        const model = await live(story);
        const { status, notice } = model.own();
        const expected = story[1].notify && status !== undefined && status !== "pending" && status !== "closed";
        if (expected) expect(notice?.state).toMatch(/told|unreachable/u);
        if (notice?.state === "told") expect(model.notices.map((one) => one.status)).toContain(status);
        for (const outcome of new Set(model.notices.map((one) => one.status))) {
          const count = model.notices.filter((one) => one.status === outcome).length;
          const allowed = story[1].findPosted ? 0 : (model.unknownNotices.get(outcome) ?? 0);
          expect(count).toBeLessThanOrEqual(1 + allowed);
        }
        if (!story[1].notify) expect(model.notices).toEqual([]);
      }),
      { numRuns },
    );
  });

  it("every message that shows the outcome carries its sign, unless that was given up", async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (story) => {
        const model = await live(story);
        const { sign, deliveries } = model.own();
        for (const delivery of deliveries.filter(isLive)) {
          if (sign !== undefined && delivery.shows?.status === sign) expect(delivery.sign).toBe(sign);
        }
        for (const message of model.messages) {
          if (!story[1].react) expect(message.sign).toBeUndefined();
        }
      }),
      { numRuns },
    );
  });

  it("a platform with a search has each message once, and none that we do not know", async () => {
    const searching = fc.tuple(fc.array(command, { maxLength: 60, size: "max" }), fc.constant(everything));
    await fc.assert(
      fc.asyncProperty(searching, async (story) => {
        const model = await live(story);
        const known = new Set(model.own().deliveries.map(({ address }) => address?.["id"]));
        const there = model.messages.filter(({ deleted }) => !deleted);
        expect(there.filter(({ id }) => !known.has(id))).toEqual([]);
        expect(new Set(there.map(({ place }) => place)).size).toBe(there.length);
      }),
      { numRuns },
    );
  });
});
