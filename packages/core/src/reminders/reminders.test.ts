import { describe, expect, it } from "vitest";
import { PluginError } from "../base/plugin-error.ts";
import { runOfficialRound } from "../testing/official-reminders.ts";
import { openReminderStage, type ReminderProcess, type ReminderStage } from "../testing/reminder-stage.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Longer than a claim, and than the first wait of a process. */
const takeOverMs = 200_000;
const nextAudit = new Date("2026-03-29T09:00:00Z");
/** An hour after the notice begins. */
const start = "2026-03-15T10:00:00Z";

/** A list that is due two weeks after the start, owned by Alice. */
function openStage(options: Partial<Parameters<typeof openReminderStage>[0]> = {}): ReminderStage {
  const stage = openReminderStage({ start, ...options });
  stage.cluster.accessLists.set({ name: "ops", title: "On call", owners: ["alice"], nextAudit });
  return stage;
}

/** Whom the calendar names, by day. */
function daysOf(stage: ReminderStage): readonly string[] {
  return stage.calendar().map((line) => line.replace(/^(\S+) \S+ (\S+): .*$/u, "$1 $2"));
}

const unavailable = new PluginError("unavailable", "The platform does not answer.", { ambiguous: false });
const lost = new PluginError("unavailable", "The answer was lost.", { ambiguous: true });

function failing(code: PluginError["code"], fix = "mend it") {
  return new PluginError(code, `refused as ${code}`, { fix });
}

function warningsOf({ lines }: ReminderProcess): readonly string[] {
  return lines.filter(({ level }) => level === "warn" || level === "error").map(({ message }) => message);
}

describe("the calendar of a list", () => {
  it("is every week from two weeks before the audit date, over a change of the clocks, then every day", async () => {
    const stage = openStage({ start: "2026-03-14T22:00:00Z" });
    const plugin = stage.start();
    await stage.clock.advance(18 * dayMs);
    expect(stage.calendar()).toMatchInlineSnapshot(`
      [
        "2026-03-15 09:27 alice: Access List On call is due for a review by 2026-03-29. Please review it soon!",
        "2026-03-22 11:26 alice: Access List On call is due for a review by 2026-03-29. Please review it soon!",
        "2026-03-29 11:56 alice: Access List On call is past due for a review! Please review it.",
        "2026-03-30 09:49 alice: Access List On call is 1 day past due for a review! Please review it.",
        "2026-03-31 10:15 alice: Access List On call is 2 days past due for a review! Please review it.",
        "2026-04-01 10:49 alice: Access List On call is 3 days past due for a review! Please review it.",
      ]
    `);
    await plugin.stop();
    expect(stage.clock.pendingTimers()).toBe(0);
  });

  it("is one text for several lists of one owner, under whatever names, and ends when the review is done", async () => {
    const stage = openStage({ aliases: { "alice@example.com": "alice" } });
    const { accessLists } = stage.cluster;
    accessLists.set({
      name: "dev",
      title: "Developers",
      owners: ["alice@example.com", "bob"],
      nextAudit: new Date("2026-03-27T09:00:00Z"),
    });
    const plugin = stage.start();
    await stage.clock.advance(13 * dayMs);
    accessLists.set({ name: "dev", nextAudit: new Date("2026-09-27T09:00:00Z") });
    await stage.clock.advance(3 * dayMs);
    accessLists.set({ name: "ops", nextAudit: new Date("2026-09-29T09:00:00Z") });
    await stage.clock.advance(30 * dayMs);
    expect(stage.calendar()).toMatchInlineSnapshot(`
      [
        "2026-03-15 10:00 alice: 2 Access Lists are due for reviews, the earliest of which is due by 2026-03-27. Please review them soon!",
        "2026-03-15 10:00 bob: Access List Developers is due for a review by 2026-03-27. Please review it soon!",
        "2026-03-20 10:11 alice: Access List Developers is due for a review by 2026-03-27. Please review it soon!",
        "2026-03-20 10:11 bob: Access List Developers is due for a review by 2026-03-27. Please review it soon!",
        "2026-03-22 10:18 alice: Access List On call is due for a review by 2026-03-29. Please review it soon!",
        "2026-03-27 09:58 alice: Access List Developers is past due for a review! Please review it.",
        "2026-03-27 09:58 bob: Access List Developers is past due for a review! Please review it.",
        "2026-03-29 09:20 alice: Access List On call is past due for a review! Please review it.",
        "2026-03-30 10:57 alice: Access List On call is 1 day past due for a review! Please review it.",
      ]
    `);
    await plugin.stop();
  });

  it("begins for an owner when they become one, and ends when they are none any more", async () => {
    const stage = openStage();
    const plugin = stage.start();
    await stage.clock.advance(2 * dayMs);
    stage.cluster.accessLists.set({ name: "ops" }, ["nested"]);
    await stage.clock.advance(2 * dayMs);
    stage.cluster.accessLists.set({ name: "ops", owners: ["bob"] }, []);
    await stage.clock.advance(7 * dayMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-17 nested", "2026-03-19 bob", "2026-03-22 bob"]);
    expect(Object.keys(JSON.parse(stage.stored("ops")["user_notifications"] ?? ""))).toEqual(["bob"]);
    await plugin.stop();
  });

  it("is empty for lists that are kept by machines, that are not audited, or whose owners nobody knows", async () => {
    const stage = openReminderStage({ start });
    const { accessLists } = stage.cluster;
    accessLists.set({ name: "a", owners: ["alice"], type: "static", nextAudit });
    accessLists.set({ name: "b", owners: ["alice"], type: "scim", nextAudit });
    accessLists.set({ name: "c", owners: ["alice"] });
    accessLists.set({ name: "d", owners: ["unknown-1", "gone-2"], nextAudit });
    accessLists.set({ name: "e", nextAudit });
    const plugin = stage.start();
    await stage.clock.advance(2 * dayMs);
    expect(stage.calendar()).toEqual([]);
    expect(stage.cluster.countCalls("updatePluginData")).toBe(0);
    expect(plugin.lines.filter(({ level }) => level !== "debug")).toEqual([]);
    const strangers = plugin.lines.filter(({ message }) => message === "Owners of access lists cannot be found");
    expect(strangers[0]?.fields).toEqual({ count: 2, owners: ["unknown-1", "gone-2"] });
    await plugin.stop();
  });

  it("costs one listing, one look at owners and one read a round when nobody is due, and no word", async () => {
    const stage = openStage();
    const plugin = stage.start();
    await stage.clock.advance(2 * dayMs);
    stage.cluster.clearCalls();
    const said = plugin.lines.length;
    await stage.clock.advance(3 * hourMs);
    expect(stage.cluster.calls.map(({ method }) => method)).toEqual([
      "listAccessLists",
      "getAccessListOwners",
      "getPluginData",
    ]);
    expect(plugin.lines.slice(said).filter(({ level }) => level !== "debug")).toEqual([]);
    await plugin.stop();
  });

  it("stays the same over the fourteen days that Teleport keeps what is stored: every reminder starts them anew", async () => {
    const stage = openReminderStage({ start });
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice"], nextAudit, noticeMs: 60 * dayMs });
    stage.cluster.accessLists.set({ name: "ops", nextAudit: new Date("2026-05-14T09:00:00Z") });
    const plugin = stage.start();
    await stage.clock.advance(58 * dayMs);
    expect(stage.calendar()).toHaveLength(9);
    await plugin.stop();
  });
});

describe("what is stored", () => {
  it("is the official plugin's map, with zero times at first, and ours beside it", async () => {
    const stage = openStage();
    const stored: unknown[] = [];
    stage.cluster.before = (method, args) => {
      if (method === "updatePluginData") stored.push(args[1], args[2]);
    };
    const plugin = stage.start();
    await stage.clock.advance(60_000);
    await stage.clock.advance(3 * hourMs);
    const lease = expect.stringMatching(/^[\w-]+\.[\w-]+\.60000$/u);
    const nonce = /^\{"v":1,"n":"[\w-]{16}"\}$/u;
    expect(stored).toEqual([
      {
        user_notifications: '{"alice":"0001-01-01T00:00:00Z"}',
        access_plugins_reminders: expect.stringMatching(/^\{"v":1,"n":"[\w-]{16}","s":\["alice"\]\}$/u),
        access_plugins_lease: lease,
      },
      { user_notifications: "", access_plugins_reminders: "", access_plugins_lease: "" },
      {
        user_notifications: expect.stringMatching(/^\{"alice":"2026-03-15T\d\d:\d\d:\d\d(\.\d*[1-9])?Z"\}$/u),
        access_plugins_reminders: expect.stringMatching(nonce),
        access_plugins_lease: expect.stringMatching(/^-\./u),
      },
      expect.objectContaining({ user_notifications: '{"alice":"0001-01-01T00:00:00Z"}' }),
    ]);
    await plugin.stop();
  });

  it("of a version we do not know is left alone", async () => {
    const stage = openStage();
    stage.cluster.setPluginData("ops", "memory", { access_plugins_reminders: '{"v":2}' });
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toEqual([]);
    expect(stage.cluster.countCalls("updatePluginData")).toBe(0);
    await plugin.stop();
  });

  it("lets the official plugin take over in the middle of a window and hand back: nobody is reminded twice", async () => {
    const stage = openStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
    const first = stage.start();
    await stage.clock.advance(dayMs);
    await first.stop();
    expect(runOfficialRound(stage)).toEqual([]);
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob", "carol"] });
    expect(runOfficialRound(stage)).toEqual(["carol of ops"]);
    const second = stage.start();
    await stage.clock.advance(dayMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 bob"]);
    await stage.clock.advance(5 * dayMs + 2 * hourMs);
    await second.stop();
    expect(runOfficialRound(stage)).toEqual([]);
    expect(daysOf(stage).slice(2)).toEqual(["2026-03-22 alice", "2026-03-22 bob", "2026-03-22 carol"]);
  });

  it("lets the official plugin remind whom we could not", async () => {
    const stage = openStage();
    stage.messenger.before = (method) => {
      if (method === "remind") throw unavailable;
    };
    const ours = stage.start();
    await stage.clock.advance(dayMs);
    await ours.stop();
    expect(runOfficialRound(stage)).toEqual(["alice of ops"]);
  });
});

describe("what somebody else writes meanwhile", () => {
  it("is kept: the official plugin reminded another owner between our claim and our result", async () => {
    const stage = openStage();
    let writes = 0;
    stage.cluster.before = (method) => {
      writes += method === "updatePluginData" ? 1 : 0;
      if (method !== "updatePluginData" || writes !== 2) return;
      stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
      expect(runOfficialRound(stage)).toEqual(["alice of ops", "bob of ops"]);
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    expect(JSON.parse(stage.stored("ops")["user_notifications"] ?? "")).toHaveProperty("bob");
    await plugin.stop();
  });

  it("wins: who was reminded between our look and our claim is not reminded again", async () => {
    const stage = openStage();
    let reads = 0;
    stage.cluster.after = (method) => {
      reads += method === "getPluginData" ? 1 : 0;
      if (method === "getPluginData" && reads === 1) runOfficialRound(stage);
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toEqual([]);
    await plugin.stop();
  });
});

describe("several processes", () => {
  it("remind once a window between them", async () => {
    const stage = openStage();
    stage.cluster.accessLists.set({ name: "dev", owners: ["alice", "bob"], nextAudit });
    const plugins = [stage.start(), stage.start(), stage.start()];
    for (const plugin of plugins) plugin.runNow();
    await stage.clock.advance(8 * dayMs);
    const ofEach = ["alice", "bob"].map((owner) =>
      stage.messenger.reminders
        .filter(({ place }) => place === owner)
        .flatMap(({ reminder }) =>
          reminder.lists.map(({ name }) => `${reminder.at.toISOString().slice(0, 10)} ${name}`),
        )
        .sort(),
    );
    expect(ofEach).toEqual([
      ["2026-03-15 dev", "2026-03-15 ops", "2026-03-22 dev", "2026-03-22 ops"],
      ["2026-03-15 dev", "2026-03-22 dev"],
    ]);
    for (const plugin of plugins) await plugin.stop();
  });

  it("go on where one died before it sent: the next one waits for its claim, then reminds", async () => {
    const stage = openStage();
    const first = stage.start();
    stage.cluster.after = (method) => {
      if (method === "updatePluginData") first.kill();
    };
    await stage.clock.advance(hourMs);
    stage.cluster.after = undefined;
    expect(stage.calendar()).toEqual([]);
    const second = stage.start();
    await stage.clock.advance(60_000);
    expect(stage.calendar()).toEqual([]);
    await stage.clock.advance(takeOverMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    expect(second.counts.get("possible_duplicates_total cause=unknown_outcome")).toBe(1);
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toHaveLength(1);
    await second.stop();
  });

  it.each([
    [false, 2],
    [true, 1],
  ])(
    "remind at the most twice when one dies while its message is on its way (search: %s)",
    async (withSearch, times) => {
      const stage = openStage({ withSearch });
      const first = stage.start();
      stage.messenger.after = (method) => {
        if (method === "remind") first.kill();
      };
      await stage.clock.advance(hourMs);
      stage.messenger.after = undefined;
      const second = stage.start();
      await stage.clock.advance(takeOverMs + dayMs);
      expect(daysOf(stage)).toEqual(Array.from({ length: times }, () => "2026-03-15 alice"));
      await second.stop();
    },
  );
});

it("a message that is found again speaks for its own lists only: what became due since is sent", async () => {
  const stage = openStage({ withSearch: true });
  let losses = 1;
  stage.messenger.after = (method) => {
    losses -= method === "remind" ? 1 : 0;
    if (method !== "remind" || losses < 0) return;
    stage.cluster.accessLists.set({ name: "dev", title: "Developers", owners: ["alice"], nextAudit });
    throw lost;
  };
  const plugin = stage.start();
  await stage.clock.advance(dayMs);
  expect(stage.messenger.reminders.map(({ reminder }) => reminder.lists.map(({ name }) => name))).toEqual([
    ["ops"],
    ["dev"],
  ]);
  expect(plugin.counts.get("possible_duplicates_total cause=unknown_outcome")).toBeUndefined();
  await plugin.stop();
});

describe("what goes wrong", () => {
  it("at the platform for hours is tried again until everybody is reminded, once, and said once", async () => {
    const stage = openStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob", "carol", "dan", "erin"] });
    stage.messenger.before = (method) => {
      if (method === "remind") throw unavailable;
    };
    const plugin = stage.start();
    await stage.clock.advance(10 * hourMs);
    const tries = stage.messenger.calls.filter(({ method }) => method === "remind").length;
    expect(tries).toBeGreaterThan(3 * 10 * 6);
    expect(tries).toBeLessThan(3 * 10 * 60);
    expect(warningsOf(plugin)).toEqual(["Could not remind of access list reviews: The platform does not answer."]);
    stage.messenger.before = undefined;
    await stage.clock.advance(601_000);
    expect(daysOf(stage)).toEqual(["alice", "bob", "carol", "dan", "erin"].map((owner) => `2026-03-15 ${owner}`));
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toHaveLength(5);
    expect(plugin.counts.get("notifications_total kind=remind outcome=delivered")).toBe(5);
    expect(plugin.counts.get("delivery_failures_total kind=remind code=unavailable")).toBe(tries);
    await plugin.stop();
  });

  it("over a whole window is made up for in the next one, not twice", async () => {
    const stage = openStage();
    // Past due: a window is a day.
    stage.cluster.accessLists.set({ name: "ops", nextAudit: new Date("2026-03-14T09:00:00Z") });
    stage.messenger.before = (method) => {
      if (method === "remind") throw unavailable;
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    stage.messenger.before = undefined;
    await stage.clock.advance(20 * hourMs);
    expect(daysOf(stage)).toEqual(["2026-03-16 alice"]);
    await plugin.stop();
  });

  it("with an unknown outcome may remind twice, and is counted", async () => {
    const stage = openStage();
    let losses = 1;
    stage.messenger.after = (method) => {
      if (method === "remind" && losses-- > 0) throw lost;
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 alice"]);
    const [first, second] = stage.messenger.reminders;
    expect(second?.key).toBe(first?.key);
    expect(plugin.counts.get("possible_duplicates_total cause=unknown_outcome")).toBe(1);
    await plugin.stop();
  });

  it("at Teleport when the result is stored reminds nobody again", async () => {
    const stage = openStage();
    stage.messenger.after = (method) => {
      if (method === "remind") stage.cluster.setDown(true);
    };
    const plugin = stage.start();
    await stage.clock.advance(hourMs);
    stage.messenger.after = undefined;
    stage.cluster.setDown(false);
    await stage.clock.advance(601_000);
    expect(JSON.parse(stage.stored("ops")["user_notifications"] ?? "")).toEqual({
      alice: expect.stringMatching(/^2026-03-15T10:/u),
    });
    await stage.clock.advance(dayMs);
    expect(stage.calendar()).toHaveLength(1);
    await plugin.stop();
  });

  it("at Teleport when one result is stored loses nothing when the next one is", async () => {
    const stage = openStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
    let refusals = 7;
    stage.cluster.before = (method) => {
      if (method !== "updatePluginData" || stage.messenger.reminders.length !== 1 || refusals === 0) return;
      refusals -= 1;
      throw new PluginError("unavailable", "no leader");
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    expect(refusals).toBe(0);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 bob"]);
    const told = JSON.parse(stage.stored("ops")["user_notifications"] ?? "");
    expect(told).toEqual({ alice: expect.stringMatching(/^2026/u), bob: expect.stringMatching(/^2026/u) });
    await plugin.stop();
  });

  it.each(["findRecipient", "remind"])(
    "with three people at %s, always, keeps nobody else from their turn",
    async (call) => {
      const stage = openStage();
      stage.cluster.accessLists.set({ name: "ops", owners: ["x1", "x2", "x3", "alice", "bob"] });
      stage.messenger.before = (method, place) => {
        if (method === call && place.startsWith("x")) throw unavailable;
      };
      const plugin = stage.start();
      await stage.clock.advance(hourMs);
      expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 bob"]);
      await plugin.stop();
    },
  );

  it("with one recipient holds up nobody else, is said once and tried again at the next round", async () => {
    const stage = openStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["blocked", "alice"] });
    stage.messenger.before = (method, place) => {
      if (method === "remind" && place === "blocked") throw failing("recipient_forbidden", "unblock the app");
    };
    const plugin = stage.start();
    await stage.clock.advance(7 * hourMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    const warnings = plugin.lines.filter(({ level }) => level === "warn");
    expect(warnings.map(({ fields }) => fields)).toContainEqual({
      owner: "blocked",
      code: "recipient_forbidden",
      fix: "unblock the app",
    });
    stage.messenger.before = undefined;
    await stage.clock.advance(3 * hourMs);
    expect(daysOf(stage)).toEqual(["2026-03-15 alice", "2026-03-15 blocked"]);
    await plugin.stop();
  });

  it("as a rate limit lets everybody wait as long as it says", async () => {
    const stage = openStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
    stage.messenger.before = (method) => {
      stage.messenger.before = method === "remind" ? undefined : stage.messenger.before;
      if (method === "remind") throw new PluginError("rate_limited", "slow down", { retryAfterMs: 30 * 60_000 });
    };
    const plugin = stage.start();
    await stage.clock.advance(30 * 60_000);
    expect(stage.calendar()).toEqual([]);
    await stage.clock.advance(60_000);
    // Who was refused comes last.
    expect(daysOf(stage)).toEqual(["2026-03-15 bob", "2026-03-15 alice"]);
    await plugin.stop();
  });

  it("with the body is tried once more as plain text", async () => {
    const stage = openStage();
    let refusals = 1;
    stage.messenger.before = (method) => {
      if (method === "remind" && refusals-- > 0) throw failing("content_rejected");
    };
    const plugin = stage.start();
    await stage.clock.advance(60_000);
    expect(stage.messenger.reminders.map(({ reminder }) => reminder.form)).toEqual(["plain"]);
    await plugin.stop();
  });

  it("with our credentials at the platform waits for an hour, or for the operator", async () => {
    const stage = openStage();
    stage.messenger.before = (method) => {
      if (method === "remind") throw failing("missing_scope", "add the scope");
    };
    const plugin = stage.start();
    await stage.clock.advance(50 * 60_000);
    expect(stage.messenger.calls.filter(({ method }) => method === "remind")).toHaveLength(1);
    stage.messenger.before = undefined;
    plugin.runNow();
    await stage.clock.settle();
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    await plugin.stop();
  });

  it("as long as the platform takes nothing from us, nothing is sent", async () => {
    const stage = openStage();
    const plugin = stage.start();
    plugin.gate.isOpen = () => false;
    await stage.clock.advance(hourMs);
    expect(stage.messenger.calls.filter(({ method }) => method === "remind")).toEqual([]);
    plugin.gate.isOpen = () => true;
    plugin.runNow();
    await stage.clock.settle();
    expect(stage.calendar()).toHaveLength(1);
    await plugin.stop();
  });

  it.each([
    ["forbidden", "warn", "Reminders of access list reviews are off: the plugin's role may not list access lists"],
    ["not_implemented", "info", "This cluster has no access lists: nobody is reminded of their reviews"],
  ] as const)("%s: off and said once, on again when that is over", async (code, level, message) => {
    const stage = openStage();
    stage.cluster.before = (method) => {
      if (method === "listAccessLists") throw failing(code);
    };
    const plugin = stage.start();
    await stage.clock.advance(dayMs);
    const spoken = () =>
      plugin.lines.filter((line) => line.level !== "debug").map((line) => `${line.level} ${line.message}`);
    expect(spoken()).toEqual([`${level} ${message}`]);
    expect(stage.cluster.countCalls("listAccessLists")).toBeGreaterThan(8);
    stage.cluster.before = undefined;
    await stage.clock.advance(3 * hourMs);
    expect(spoken()[1]).toBe("info Reminders of access list reviews are on again");
    expect(daysOf(stage)).toEqual(["2026-03-16 alice"]);
    await plugin.stop();
  });

  it("with the permission to write is told with its fix", async () => {
    const stage = openStage();
    stage.cluster.before = (method) => {
      if (method === "updatePluginData") throw failing("forbidden", "Add the rule access_plugin_data: [update].");
    };
    const plugin = stage.start();
    await stage.clock.advance(hourMs);
    expect(stage.calendar()).toEqual([]);
    expect(plugin.lines.find(({ level }) => level === "warn")?.fields).toMatchObject({
      fix: "Add the rule access_plugin_data: [update].",
    });
    await plugin.stop();
  });

  it("at the end of the process is finished, and nothing new is begun", async () => {
    const stage = openStage();
    stage.cluster.accessLists.set({ name: "ops", owners: ["alice", "bob"] });
    const held = Promise.withResolvers<void>();
    stage.messenger.before = (method) => (method === "remind" ? held.promise : undefined);
    const plugin = stage.start();
    await stage.clock.advance(30_000);
    const stopped = plugin.stop();
    held.resolve();
    await stopped;
    expect(daysOf(stage)).toEqual(["2026-03-15 alice"]);
    expect(stage.stored("ops")["user_notifications"]).toContain('"alice":"2026-');
  });
});
