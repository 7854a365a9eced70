import { renameSync, writeFileSync } from "node:fs";
import { createNotifier, createRateLimiter, systemClock } from "@access-plugins/core";
import { createMemoryMessenger } from "@access-plugins/testing/doubles";
import { expect, test } from "vitest";
import { startTestCluster } from "./testing/test-cluster.ts";

const renewals = 100;
const timeout = 120_000;

test(
  "an identity renewed 100 times under load, ten rotations of the authority among them, costs no message",
  async () => {
    const { auth, identityPath, log, createClient } = await startTestCluster();
    const messenger = createMemoryMessenger({ clock: systemClock, limiter: createRateLimiter({ clock: systemClock }) });
    const notifier = createNotifier({
      pluginName: "memory",
      teleport: createClient({ refreshIntervalMs: 10 }),
      messenger,
      routes: { roleToRecipients: { "*": ["a"] }, maxSuggestedReviewers: 50 },
      log,
    });
    const stop = new AbortController();
    const running = notifier.run(stop.signal);
    await notifier.ready();
    const seen = () => log.lines.filter(({ message }) => message === "Teleport credentials renewed").length;
    for (let done = 1; done <= renewals; done += 1) {
      const rotates = done % 10 === 0;
      if (rotates) await auth.rotateAuthority();
      writeFileSync(`${identityPath}.new`, await auth.identityFile());
      renameSync(`${identityPath}.new`, identityPath);
      auth.createRequest();
      await expect.poll(seen, { timeout: 20_000, interval: 5 }).toBe(done);
      auth.createRequest();
      if (rotates) auth.finishRotation();
    }
    const told = () => Map.groupBy(messenger.messages, ({ versions }) => versions[0]?.requestId ?? "");
    await expect.poll(() => told().size, { timeout: 30_000 }).toBe(2 * renewals);
    // If somebody is told twice, this is what one has to know: one claim or two, and what Teleport answered when.
    const twice = [...told()].filter(([, messages]) => messages.length > 1);
    const evidence = twice.map(([id, messages]) => ({
      keys: messages.map(({ key }) => key),
      calls: auth.calls.all.filter(({ subject }) => subject === id),
      lines: log.lines.filter(({ fields }) => fields["request_id"] === id),
    }));
    expect(evidence).toEqual([]);
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
    stop.abort();
    await running;
  },
  timeout,
);
