import { findSimulations } from "@access-plugins/testing/find-simulations";
import { expect, it } from "vitest";
import { openStage } from "./stage.ts";

const [simulation] = await findSimulations();

it("measures a plugin between an Auth Service and a platform that are processes of their own", {
  timeout: 60_000,
}, async () => {
  const { app = "", entry = "" } = simulation ?? {};
  const subject = { label: app, command: [process.execPath, entry, "start", "--config", "{config}"] };
  const stage = await openStage(app, subject, { channels: 2 });
  try {
    const running = await stage.start();
    const ids: string[] = [];
    const cost = await stage.measure(running, async () => {
      ids.push(...(await stage.auth.create(1)).map(({ id }) => id));
      await stage.platform.until({ posts: 2, timeoutMs: 20_000 });
    });
    expect(await stage.platform.told({ ids })).toEqual({ told: 2, duplicates: 0, showing: 0 });
    expect(cost["chat calls"]).toBeGreaterThanOrEqual(2);
    expect(cost["plugin data written"]).toBeGreaterThanOrEqual(1);
    expect(cost["peak RSS, MiB"]).toBeGreaterThan(10);
  } finally {
    await stage.close();
  }
});
