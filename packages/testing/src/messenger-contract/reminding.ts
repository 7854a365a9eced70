import { type Messenger, PluginError, type Recipient, type Reminder, truncationMark } from "@access-plugins/core";
import { expect, it } from "vitest";
import { hostileSamples } from "../hostile/hostile-texts.ts";
import { expectHarmless } from "./hostile.ts";
import { failureOf, type OpenStage, type Stage } from "./stage.ts";
import type { ContractFault, ContractSuite, ShownMessage } from "./suite.ts";

const webUrl = "https://teleport.example.com";
/** So many titles are listed whole on every platform; no divisor of the corpus' surroundings, so each comes first. */
const batch = 8;
const auditDate = new Date("2026-01-20T00:00:00Z");

/** A reminder of lists with these titles, a week before their audit. */
function toReminder(titles: readonly string[], changes: Partial<Reminder> = {}): Reminder {
  const [first, ...others] = titles.map((title, index) => ({ name: `list-${index}`, title, auditDate }));
  if (first === undefined) throw new Error("A reminder is about some list.");
  return { form: "rich", lists: [first, ...others], at: new Date("2026-01-13T00:00:00Z"), webUrl, ...changes };
}

/** Reminders of access-list reviews. */
export function reminding(suite: ContractSuite, open: OpenStage): void {
  const forms = ["rich", "plain"] as const;

  it.each(forms)("reminds a person of one list: title, date, link to its review; in the %s form", async (form) => {
    const shown = await remind(await open(), toReminder(["list7"], { form }));
    expect(shown.text).toMatch(/Access List .*list7.* is due for a review by 2026-01-20/su);
    expect(shown.judge()).toEqual({
      mentions: [],
      links: expect.arrayContaining([`${webUrl}/web/accesslists/list-0#review`]),
      faults: [],
    });
    expect(new Set(shown.judge().links).size).toBe(1);
  });

  it.each(forms)("reminds of several lists in one message that names them all, in the %s form", async (form) => {
    const late = new Date("2026-01-23T00:00:00Z");
    const shown = await remind(await open(), toReminder(["first7", "second7"], { at: late, form }));
    expect(shown.text).toMatch(/2 Access Lists are due for reviews, the earliest of which is 3 days past due/u);
    expect(shown.text).toMatch(/first7.*second7/su);
    expect([...new Set(shown.judge().links)]).toEqual([`${webUrl}/web/accesslists`]);
  });

  it("says the same without a web UI to link to", async () => {
    const { webUrl: _, ...reminder } = toReminder(["list7"]);
    const shown = await remind(await open(), reminder);
    expect(shown.text).toContain("list7");
    expect(shown.judge()).toEqual({ mentions: [], links: [], faults: [] });
  });

  it("cuts titles that are too long, and counts the lists that do not fit", { timeout: 60_000 }, async () => {
    const stage = await open();
    const long = "👩‍👩‍👧‍👦 <&>*` ".repeat(4_000);
    expect((await remind(stage, toReminder([long]))).text).toContain(truncationMark);
    const shown = await remind(stage, toReminder(Array.from({ length: 300 }, (_, index) => `n${index} ${long}`)));
    expect(shown.text).toMatch(/300 Access Lists.*and \d+ more/su);
    expect(shown.text).not.toMatch(/\p{Surrogate}/u);
  });

  // Many messages over HTTP.
  it("shows hostile titles and runs none of them", { timeout: 60_000 }, async () => {
    const stage = await open();
    const { webUrl: _, ...harmless } = toReminder(["x"]);
    for (let at = 0; at < hostileSamples.length; at += batch) {
      const titles = hostileSamples.slice(at, at + batch).map((text) => `title7 ${text} end7`);
      for (const form of forms) {
        const shown = await remind(stage, { ...harmless, form, lists: toReminder(titles).lists });
        expectHarmless(shown, titles.join("\n"));
        expect(shown.text.match(/title7/gu), titles.join("\n")).toHaveLength(titles.length);
      }
      // The same neutralising at another place: one of them will do.
      const [first = ""] = titles;
      const single = await remind(stage, { ...harmless, lists: toReminder([first]).lists });
      expectHarmless(single, first);
      expect(single.text, first).toContain("title7");
    }
  });

  it.each([
    [
      { kind: "rate-limited", retryAfterSeconds: 7 },
      { code: "rate_limited", retryAfterMs: 7_000, ambiguous: false },
    ],
    [{ kind: "server-error" }, { code: "unavailable", ambiguous: true }],
    [
      { kind: "cut", carriedOut: true },
      { code: "unavailable", ambiguous: true },
    ],
  ] satisfies [ContractFault, object][])("fails as any post does: %j", async (fault, error) => {
    const stage = await open();
    const to = await findPerson(stage);
    stage.rig.fault(fault);
    expect(await failureOf(send(stage, to, toReminder(["list7"])))).toMatchObject(error);
  });

  it("makes no call once it may not, and asks the limiter before each", async () => {
    const stage = await open();
    const to = await findPerson(stage);
    const before = stage.rig.requests.length;
    const refused = stage.messenger.remind?.(to, toReminder(["a"]), "key-1", stage.call({ mayStart: () => false }));
    expect((await failureOf(refused ?? Promise.resolve())).code).toBe("conflict");
    expect(stage.rig.requests).toHaveLength(before);
    await send(stage, to, toReminder(["list7"]));
    expect(stage.admissions()).toBe(stage.rig.requests.length);
  });

  function findPerson({ messenger, call }: Stage): Promise<Recipient> {
    const person = suite.recipients.find(({ kind }) => kind === "person");
    return messenger.findRecipient(person?.raw ?? "", "person", call());
  }

  async function remind(stage: Stage, reminder: Reminder): Promise<ShownMessage> {
    return stage.shown(await send(stage, await findPerson(stage), reminder));
  }
}

function send(
  { messenger, call }: Stage,
  to: Recipient,
  reminder: Reminder,
): ReturnType<NonNullable<Messenger["remind"]>> {
  const sent = messenger.remind?.(to, reminder, "key-1", call());
  return sent ?? Promise.reject(new PluginError("not_implemented", "This messenger has no reminders."));
}
