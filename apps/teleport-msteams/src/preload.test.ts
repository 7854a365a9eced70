import { createRateLimiter, type Log, type LogFields, type Messenger, systemClock } from "@access-plugins/core";
import { createMsteamsMessenger } from "@access-plugins/msteams";
import { createFakeTeamsServer, type FakeTeamsServer, toTestConfig } from "@access-plugins/msteams/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { preload } from "./preload.ts";

let teams: FakeTeamsServer;
let messenger: Messenger;
let lines: string[];

beforeEach(async () => {
  lines = [];
  teams = await createFakeTeamsServer();
  const { bot, ca } = teams;
  messenger = createMsteamsMessenger(toTestConfig(teams), {
    log: record(),
    clock: systemClock,
    limiter: createRateLimiter({ clock: systemClock }),
    ca: [ca],
    secrets: { appSecret: () => bot.appSecret },
  });
});

afterEach(() => teams.close());

function record(): Log {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      lines.push(`${level} ${message} ${fields["recipient"] ?? ""}`.trim());
    };
  const log: Log = {
    debug: () => {},
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => log,
  };
  return log;
}

function run(recipients: readonly string[], signal = new AbortController().signal) {
  const routes = { roleToRecipients: { "*": recipients, editor: recipients }, maxSuggestedReviewers: 50 };
  return preload({ routes, messenger, log: record(), signal });
}

test("looks all recipients up at the same time, each once, and reports the one that cannot be told", async () => {
  for (const name of ["alice", "bob"]) teams.tenant.addUser({ mail: `${name}@example.com` });
  const hold = teams.graph.hold({ method: "batch", when: "before" });
  const loading = run(["alice@example.com", "nobody@example.com", "bob@example.com"]);
  await teams.graph.waitUntil(() => hold.held === 3);
  hold.release();
  await loading;
  expect(lines[0]).toBe("info Preloading recipient data...");
  expect(lines.slice(1, -1).toSorted()).toEqual([
    "info Recipient and chat found alice@example.com",
    "info Recipient and chat found bob@example.com",
    "warn A recipient cannot be told: User by email nobody@example.com not found. nobody@example.com",
  ]);
  expect(lines.at(-1)).toBe("info Recipient data preloaded and cached");
});

test("spares the first request the look-ups", async () => {
  teams.tenant.addUser({ mail: "alice@example.com" });
  await run(["alice@example.com"]);
  const before = teams.graph.calls.length;
  const call = { signal: new AbortController().signal, lane: "x", mayStart: () => true };
  await messenger.findRecipient("alice@example.com", "any", call);
  expect(teams.graph.calls).toHaveLength(before);
});

test("is quiet about what a stop has cut short", async () => {
  const controller = new AbortController();
  const hold = teams.graph.hold({ when: "before" });
  const loading = run(["alice@example.com"], controller.signal);
  await teams.graph.waitUntil(() => hold.held > 0);
  controller.abort();
  await loading;
  expect(lines).toEqual(["info Preloading recipient data..."]);
});
