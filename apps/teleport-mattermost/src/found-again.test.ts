import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeAuthService } from "@access-plugins/testing";
import { startChild } from "@access-plugins/testing/child-process";
import { expect, onTestFinished, test } from "vitest";
import { simulation } from "./simulate.ts";

/** The longest lease a dead process leaves while it was working, and time to act after it. */
const takeOverMs = 25_000;

test("a post that was accepted and never answered is found again, and not repeated", { timeout: 90_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "teleport-mattermost-"));
  const auth = await createFakeAuthService();
  const identity = join(dir, "identity");
  await writeFile(identity, await auth.identityFile(), { mode: 0o600 });
  const roles = { "*": [{ channel: "alpha" }, { channel: "beta" }] };
  const mattermost = await simulation.start({ addr: auth.address, identity, dir, people: [], roles });
  const start = async () => {
    const child = startChild(simulation.app, [simulation.entry, ...mattermost.args]);
    onTestFinished(() => child.kill());
    await child.untilLine(/Plugin is ready/u, 30_000);
    return child;
  };
  onTestFinished(async () => {
    await mattermost.close();
    auth.close();
    await rm(dir, { recursive: true });
  });
  const first = await start();
  const held = mattermost.hold({ call: "post", when: "after" });
  const id = auth.createRequest();
  await held.untilHeld(2);
  await first.kill();
  held.release();
  await start();
  const stored = () => auth.pluginData(id)["mattermost"]?.["messages"]?.split(",").length === 2;
  await auth.untilRequest(id, stored, takeOverMs);
  auth.review(id);
  const approved = () => mattermost.messages().filter(({ text }) => text.includes("APPROVED")).length === 2;
  await mattermost.untilMessages(approved, takeOverMs);
  expect(mattermost.messages()).toHaveLength(2);
});
