import { expect, test } from "vitest";
import type { SimulatedCall, SimulatedMessage } from "../simulation.ts";
import { createExcuses } from "./excuses.ts";
import { requestIdIn } from "./request-id-in.ts";

const request = "0198c0de-0000-7000-8000-000000000001";

function openStage(shared: boolean) {
  const messages: SimulatedMessage[] = [];
  const calls: SimulatedCall[] = [];
  const stored = new Set<string>();
  const time = { now: 1_000 };
  const excuses = createExcuses({
    now: () => time.now,
    messages: () => messages,
    calls: () => calls,
    isStored: ({ id }) => stored.has(id),
    requestOf: ({ text }) => requestIdIn(text),
    shared,
  });
  const post = (id: string, end: Partial<SimulatedCall> = {}) => {
    const call: SimulatedCall = {
      ...{ number: calls.length + 1, kind: "post", place: "alpha", text: `ID ${request}`, at: time.now },
      ...{ endedAt: time.now, accepted: true, outcome: "ok", unanswered: false, ...end },
    };
    calls.push(call);
    if (call.accepted) messages.push({ id, place: "alpha", text: `ID ${request}` });
  };
  return { excuses, post, stored, time };
}

test("a post that was answered and stored excuses nothing, whatever happens later", () => {
  const { excuses, post, stored } = openStage(true);
  post("m1");
  stored.add("m1");
  excuses.look();
  excuses.strike();
  expect([...excuses.list()]).toEqual([]);
});

test("a post whose answer was lost is excused, and only its own message", () => {
  const { excuses, post } = openStage(false);
  post("m1");
  post("m2", { unanswered: true, outcome: "dropped" });
  post("never", { unanswered: true, accepted: false });
  expect([...excuses.list()]).toEqual(["m2"]);
});

test("what a process posted and had not stored when it died is excused", () => {
  const { excuses, post } = openStage(false);
  post("m1");
  excuses.strike();
  expect([...excuses.list()]).toEqual(["m1"]);
});

test("what stays unstored for half a lease is excused where another process may take over", () => {
  for (const shared of [true, false]) {
    const { excuses, post, time } = openStage(shared);
    post("m1");
    excuses.look();
    time.now += 4_000;
    excuses.look();
    expect(excuses.list().has("m1")).toBe(shared);
  }
});
