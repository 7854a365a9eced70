import { expect, it } from "vitest";
import { sampleMessage } from "./sample-messages.ts";
import { failureOf, findingsOf, type OpenStage } from "./stage.ts";
import type { ContractSuite } from "./suite.ts";

/** Checks of the credentials, and recipients. */
export function lookingUp(suite: ContractSuite, open: OpenStage): void {
  it("finds nothing wrong with good credentials", async () => {
    const { messenger, call } = await open();
    const findings = await findingsOf(messenger, call());
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
  });

  it("reports refused credentials as a finding with its fix, and does not throw", async () => {
    const { rig, messenger, call } = await open();
    rig.breakCredentials();
    const errors = (await findingsOf(messenger, call())).filter(({ level }) => level === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]?.fix).toMatch(/\w/u);
  });

  it("throws when the platform cannot be looked at", async () => {
    const { rig, messenger, call } = await open();
    rig.fault({ kind: "cut", carriedOut: false });
    expect((await failureOf(findingsOf(messenger, call()))).code).toBe("unavailable");
  });

  it.each(suite.recipients)("finds a recipient by $form", async ({ raw, kind }) => {
    const { messenger, call } = await open();
    const recipient = await messenger.findRecipient(raw, "any", call());
    expect(recipient.id).not.toBe("");
    expect(recipient.kind).toBe(kind);
    await expect(messenger.findRecipient(`  ${raw} `, "any", call())).resolves.toEqual(recipient);
  });

  it.each(suite.recipients)("previews a recipient by $form, where that is another thing", async ({ raw, kind }) => {
    const { messenger, call } = await open();
    const preview = (text: string) => (messenger.previewRecipient ?? messenger.findRecipient)(text, "any", call());
    const recipient = await preview(raw);
    expect(recipient.id).not.toBe("");
    expect(recipient.kind).toBe(kind);
    await expect(preview(`  ${raw} `)).resolves.toEqual(recipient);
    expect((await failureOf(preview("   "))).code).toBe("recipient_unknown");
  });

  it.each(suite.samePlace)("knows %s and %s as one place", async (...raws) => {
    const { messenger, call } = await open();
    const found = await Promise.all(raws.map((raw) => messenger.findRecipient(raw, "any", call())));
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
  });

  it.each(suite.refused)("refuses a recipient that is $why", async ({ raw, code }) => {
    const { messenger, call } = await open();
    // What cannot be asked beforehand is answered at the first post.
    const find = messenger.findRecipient(raw, "any", call());
    const error = await failureOf(find.then((to) => messenger.post(to, sampleMessage(), "key-1", call())));
    expect(error.code).toBe(code);
    expect(error.fix).toMatch(/\w/u);
  });

  it.each(["", "   ", "\n"])("refuses the empty recipient %j without asking anybody", async (raw) => {
    const { rig, messenger, call } = await open();
    for (const as of ["any", "person"] as const) {
      expect((await failureOf(messenger.findRecipient(raw, as, call()))).code).toBe("recipient_unknown");
    }
    expect(rig.requests).toEqual([]);
  });

  it.each(suite.recipients)(
    "gives a person, never a channel, for $form when a person is wanted",
    async ({ raw, kind }) => {
      const { messenger, call } = await open();
      const find = messenger.findRecipient(raw, "person", call());
      if (kind === "person") expect((await find).kind).toBe("person");
      else expect((await failureOf(find)).code).toBe("recipient_unknown");
    },
  );
}
