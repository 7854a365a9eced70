import type { Reply, RequestMessage } from "@access-plugins/core";
import { expect, it } from "vitest";
import { hostileSamples } from "../hostile/hostile-texts.ts";
import { messageOfText, replyOfText, textFields } from "./sample-messages.ts";
import type { OpenStage, Stage } from "./stage.ts";
import type { ContractSuite, ShownMessage } from "./suite.ts";

// Dozens of messages over HTTP.
const timeout = 60_000;

/**
 * Text that wants to ping, to link or to break out, on its whole way over HTTP: one of each class. The whole corpus goes
 * through the renderer alone (`hostileMessages`).
 */
export function hostile(suite: ContractSuite, open: OpenStage): void {
  it.each(["rich", "plain"] as const)("arrives as text in every field, in the %s form", { timeout }, async (form) => {
    const stage = await open();
    for (const text of hostileSamples) {
      const message = { ...messageOfText((field) => `${field}7 ${text} end7`), form };
      const shown = await post(stage, message);
      expectHarmless(shown, text);
      const { text: seen } = shown;
      for (const field of textFields) expect(seen, text).toContain(`${field}7`);
    }
  });

  if (!suite.abilities.includes("reply")) return;

  it("arrives as text in a reply", { timeout }, async () => {
    const { messenger, call, postSample, shown } = await open();
    const sent = await postSample();
    for (const text of hostileSamples) {
      const review: Reply = replyOfText((field) => `${field}7 ${text}`);
      await messenger.reply?.(sent, review, "key-2", call());
      const last = shown(sent).replies.at(-1);
      if (last === undefined) throw new Error("The reply is not below its message.");
      expectHarmless(last, text);
      expect(last.text, text).toContain("author7");
      expect(last.text, text).toContain("review7");
    }
  });
}

async function post({ messenger, call, findAnyone, shown }: Stage, message: RequestMessage): Promise<ShownMessage> {
  return shown(await messenger.post(await findAnyone(), message, "key-1", call()));
}

export function expectHarmless(shown: ShownMessage, text: string): void {
  expect(shown.judge(), JSON.stringify(text)).toEqual({ mentions: [], links: [], faults: [] });
}
