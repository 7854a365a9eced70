import { type MessageStatus, type Reply, truncationMark } from "@access-plugins/core";
import { expect, it } from "vitest";
import { sampleLink, sampleMessage } from "./sample-messages.ts";
import { failureOf, type OpenStage } from "./stage.ts";
import type { ContractSuite } from "./suite.ts";

const statuses: readonly MessageStatus[] = [
  "pending",
  "approved",
  "denied",
  "promoted",
  "expired",
  "removed",
  "closed",
];

/** Messages, their edits and their replies. */
export function posting(suite: ContractSuite, open: OpenStage): void {
  it.each(suite.recipients)("posts to a recipient given by $form", async ({ raw }) => {
    const { messenger, call, shown } = await open();
    const to = await messenger.findRecipient(raw, "any", call());
    const sent = await messenger.post(to, sampleMessage(), "key-1", call());
    expect(Object.values(sent).every((part) => typeof part === "string" && part !== "")).toBe(true);
    expect(shown(sent).versions).toBe(1);
  });

  it("shows what a reviewer needs", async () => {
    const { postSample, shown } = await open();
    const { text } = shown(await postSample());
    const { requestId } = sampleMessage();
    for (const part of [
      "alice7",
      "cluster7",
      "editor7",
      "auditor7",
      "root7",
      "db7",
      "incident7",
      requestId,
      sampleLink,
    ]) {
      expect(text).toContain(part);
    }
  });

  it("links to Teleport and nowhere else", async () => {
    const { postSample, shown } = await open();
    const { mentions, links, faults } = shown(await postSample()).judge();
    expect([...new Set(links)]).toEqual([sampleLink]);
    expect([...mentions, ...faults]).toEqual([]);
  });

  it("shows reviews with author and reason, approvals, the outcome's reason, the access list and notes", async () => {
    const { messenger, call, findAnyone, shown } = await open();
    const reviews = [{ author: "bob7", state: "approved", reason: "fine7" } as const];
    const more = { approvals: { given: 1, needed: 2 }, reviews, notes: ["note7"] };
    const pending = await messenger.post(await findAnyone(), sampleMessage(more), "key-1", call());
    expect(shown(pending).text).toMatch(/bob7.*fine7/su);
    expect(shown(pending).text).toContain("1 of 2");
    expect(shown(pending).text).toContain("note7");
    const promotedTo = { name: "list-id", title: "list7" };
    const promoted = sampleMessage({ ...more, status: "promoted", promotedTo, resolveReason: "because7" });
    await messenger.edit(pending, promoted, call());
    expect(shown(pending).text).toContain("list7");
    expect(shown(pending).text).toContain("because7");
  });

  it("shows commands where there is no link", async () => {
    const { messenger, call, findAnyone, shown } = await open();
    const action = { approve: "tsh request review --approve r7", deny: "tsh request review --deny r7" };
    const sent = await messenger.post(await findAnyone(), sampleMessage({ action }), "key-1", call());
    expect(shown(sent).text).toContain(action.approve);
    expect(shown(sent).text).toContain(action.deny);
  });

  it("shows every status in its own words", async () => {
    const { messenger, call, findAnyone, shown } = await open();
    const sent = await messenger.post(await findAnyone(), sampleMessage(), "key-1", call());
    const texts = new Set<string>();
    for (const status of statuses) {
      await messenger.edit(sent, sampleMessage({ status }), call());
      texts.add(shown(sent).text);
    }
    expect(texts.size).toBe(statuses.length);
  });

  it("never offers the requester to review their own request", async () => {
    const { messenger, call, findAnyone, shown } = await open();
    const message = sampleMessage({ audience: "requester" });
    const sent = await messenger.post(await findAnyone(), message, "key-1", call());
    expect(shown(sent).text).toContain("alice7");
    expect(shown(sent).text).not.toContain(sampleLink);
  });

  it("posts a message with nothing but an id", async () => {
    const { messenger, call, findAnyone, shown } = await open();
    const { action: _, ...rest } = sampleMessage({
      cluster: "",
      user: "",
      roles: [],
      resources: [],
      reason: "",
      times: {},
    });
    const sent = await messenger.post(await findAnyone(), rest, "key-1", call());
    expect(shown(sent).text).toContain(rest.requestId);
  });

  it("edits after a restart by the address it stored", async () => {
    const { rig, messenger, restart, call, postSample, shown } = await open();
    const entry = messenger.stored.encode(await postSample());
    const later = restart();
    const sent = later.stored.decode(entry);
    if (sent === undefined) throw new Error(`The entry ${entry} is not read back.`);
    const edited = await later.edit(sent, sampleMessage({ status: "denied", resolveReason: "no7" }), call());
    expect(shown(edited).text).toContain("no7");
    expect(rig.messageCount()).toBe(1);
  });

  it("edits twice to the same without harm", async () => {
    const { rig, messenger, call, postSample, shown } = await open();
    const first = await messenger.edit(await postSample(), sampleMessage({ status: "approved" }), call());
    const { text } = shown(first);
    const second = await messenger.edit(first, sampleMessage({ status: "approved" }), call());
    expect(shown(second).text).toBe(text);
    expect(rig.messageCount()).toBe(1);
  });

  it("tells when the message to edit was deleted", async () => {
    const { rig, messenger, call, postSample } = await open();
    const sent = await postSample();
    rig.deleteMessage(sent);
    expect((await failureOf(messenger.edit(sent, sampleMessage(), call()))).code).toBe("message_not_found");
  });

  it("takes the plain form of a message, and an edit to it", async () => {
    const { messenger, call, findAnyone, shown } = await open();
    const plain = sampleMessage({ form: "plain" });
    const posted = await messenger.post(await findAnyone(), plain, "key-1", call());
    const rich = await messenger.post(await findAnyone(), sampleMessage(), "key-2", call());
    const edited = await messenger.edit(rich, plain, call());
    expect(shown(posted).text).toContain(plain.requestId);
    expect(shown(edited).text).toBe(shown(posted).text);
  });

  it("cuts what is too long with a mark, and keeps the rest", async () => {
    const { messenger, call, findAnyone, shown } = await open();
    const reason = "👩‍👩‍👧‍👦 long ".repeat(5_000);
    const sent = await messenger.post(await findAnyone(), sampleMessage({ reason }), "key-1", call());
    const { text } = shown(sent);
    expect(text).toContain(truncationMark);
    expect(text).toContain(sampleLink);
    expect(text).toContain("editor7");
    expect(text).not.toMatch(/\p{Surrogate}/u);
  });

  it("posts and edits a message in which everything is too long", async () => {
    const { messenger, call, findAnyone, shown } = await open();
    const long = (start: string) => `${start} ${"<&>*`".repeat(4_000)}`;
    const many = Array.from({ length: 300 }, (_, index) => long(`n${index}`));
    const message = sampleMessage({
      user: long("u"),
      cluster: long("c"),
      reason: long("r"),
      resolveReason: long("s"),
      roles: many.map((name) => ({ name, logins: many.slice(0, 50) })),
      resources: many,
      reviews: many.slice(0, 50).map((author) => ({ author, state: "approved", reason: author })),
      notes: many.slice(0, 20),
    });
    const sent = await messenger.post(await findAnyone(), message, "key-1", call());
    await messenger.edit(sent, message, call());
    const plain = await messenger.edit(sent, { ...message, form: "plain" }, call());
    expect(shown(plain).versions).toBe(3);
  });

  if (!suite.abilities.includes("reply")) return;

  it("puts replies below their message", async () => {
    const { rig, messenger, call, postSample, shown } = await open();
    const sent = await postSample();
    const review: Reply = { kind: "review", author: "bob7", state: "denied", reason: "not now7" };
    await messenger.reply?.(sent, review, "key-2", call());
    await messenger.reply?.(sent, { kind: "outcome", status: "expired", resolveReason: "" }, "key-3", call());
    expect(rig.messageCount()).toBe(1);
    const [first, second] = shown(sent).replies;
    expect(first?.text).toMatch(/bob7.*not now7/su);
    expect(second?.text).toMatch(/expired/iu);
  });
}
