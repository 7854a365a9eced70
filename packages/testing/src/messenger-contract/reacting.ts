import { expect, it } from "vitest";
import { failureOf, type OpenStage } from "./stage.ts";

/** Signs of the outcome below a message. */
export function reacting(open: OpenStage): void {
  it("marks a message with one sign, however often it is told to", async () => {
    const { messenger, call, postSample, shown } = await open();
    const sent = await postSample();
    for (let time = 0; time < 3; time += 1) await messenger.react?.(sent, "approved", undefined, call());
    expect(shown(sent).reactions).toHaveLength(1);
    expect(shown(sent).versions).toBe(1);
  });

  it("has a sign of its own for every outcome, and none for a request that waits", async () => {
    const { messenger, call, postSample, shown } = await open();
    const sent = await postSample();
    await messenger.react?.(sent, "pending", undefined, call());
    expect(shown(sent).reactions).toEqual([]);
    const outcomes = ["approved", "denied", "promoted", "expired", "removed", "closed"] as const;
    for (const outcome of outcomes) await messenger.react?.(sent, outcome, undefined, call());
    expect(new Set(shown(sent).reactions).size).toBe(outcomes.length);
  });

  it("replaces the sign of an outcome that was overridden, also when it is told so twice", async () => {
    const { messenger, call, postSample, shown } = await open();
    const sent = await postSample();
    await messenger.react?.(sent, "approved", undefined, call());
    const [approved] = shown(sent).reactions;
    for (let time = 0; time < 2; time += 1) await messenger.react?.(sent, "denied", "approved", call());
    expect(shown(sent).reactions).toHaveLength(1);
    expect(shown(sent).reactions).not.toContain(approved);
  });

  it("tells when the message to mark was deleted", async () => {
    const { rig, messenger, call, postSample } = await open();
    const sent = await postSample();
    rig.deleteMessage(sent);
    const react = messenger.react?.(sent, "approved", undefined, call()) ?? Promise.resolve();
    expect((await failureOf(react)).code).toBe("message_not_found");
  });
}
