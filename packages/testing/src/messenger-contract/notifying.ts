import type { MessageStatus, Notice, SentMessage } from "@access-plugins/core";
import { expect, it } from "vitest";
import { noticeFields, noticeOfText, sampleLink, sampleNotice } from "./sample-messages.ts";
import type { OpenStage, Stage } from "./stage.ts";
import type { ContractSuite } from "./suite.ts";

const outcomes: readonly MessageStatus[] = ["approved", "denied", "promoted", "expired", "removed", "closed"];

/** The requester's own message about the outcome. */
export function notifying(suite: ContractSuite, open: OpenStage): void {
  const people = suite.recipients.filter(({ kind }) => kind === "person");

  it.each(people)("tells the requester, found by $form, in a message of their own", async ({ raw }) => {
    const { rig, messenger, call, shown } = await open();
    const to = await messenger.findRecipient(raw, "person", call());
    const sent = await messenger.notify?.(to, sampleNotice(), "key-1", call());
    expect(shown(sent ?? {}).versions).toBe(1);
    expect(rig.messageCount()).toBe(1);
    expect(messenger.stored.decode(messenger.stored.encode(sent ?? {}))).toBeDefined();
  });

  it("shows what was granted, from when, until when, why, and how to log in", async () => {
    const stage = await open();
    const { requestId } = sampleNotice();
    const { text } = stage.shown(await notify(stage, sampleNotice()));
    expect(text).toMatch(/your resource request: approved/iu);
    const parts = ["editor7", "auditor7", "db7", "cluster7", "fine by me7", requestId];
    for (const part of [...parts, "Access from", "Access until", `tsh login --request-id=${requestId}`, sampleLink]) {
      expect(text).toContain(part);
    }
  });

  it("holds nothing to review with, and nothing that was granted when nothing was", async () => {
    const stage = await open();
    const { loginCommand: _, ...denied } = sampleNotice({ status: "denied" });
    const { text } = stage.shown(await notify(stage, denied));
    expect(text).not.toMatch(/tsh |Access from|Access until|Approve|Deny\b/u);
  });

  it("tells every outcome in its own words, in both forms", async () => {
    const stage = await open();
    const texts = new Set<string>();
    for (const form of ["rich", "plain"] as const) {
      for (const status of outcomes) texts.add(stage.shown(await notify(stage, sampleNotice({ status, form }))).text);
    }
    expect(texts.size).toBe(2 * outcomes.length);
  });

  it("names the access list a request was promoted to, by its title", async () => {
    const stage = await open();
    const promotedTo = { name: "list-id", title: "Database owners7" };
    const { text } = stage.shown(await notify(stage, sampleNotice({ status: "promoted", promotedTo })));
    expect(text).toContain("Database owners7");
  });

  it.each(["rich", "plain"] as const)("fits, however long everything is, in the %s form", async (form) => {
    const stage = await open();
    const long = (field: string) => `${field}7 ${"<&>*`".repeat(4_000)}`;
    const roles = Array.from({ length: 300 }, (_, index) => long(`n${index}`));
    // An id is Teleport's and has its length.
    const { requestId } = sampleNotice();
    const sent = await notify(stage, { ...noticeOfText(long), form, requestId, roles, resources: roles });
    const { text } = stage.shown(sent);
    for (const field of noticeFields) if (!/role|resource|^id$/u.test(field)) expect(text).toContain(`${field}7`);
  });
}

async function notify({ messenger, call, findAnyone }: Stage, notice: Notice): Promise<SentMessage> {
  return (await messenger.notify?.(await findAnyone(), notice, "key-1", call())) ?? {};
}
