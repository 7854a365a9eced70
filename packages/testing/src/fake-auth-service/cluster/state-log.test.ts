import { expect, test } from "vitest";
import { startTestCluster } from "../testing/test-cluster.ts";

const rule = { condition: "true", notification: { name: "slack", recipients: ["#a"] } };

/** A little of everything, some of it gone again; gives the ids that are left. */
async function makeHistory() {
  const { auth } = await startTestCluster();
  const lines: string[] = [];
  auth.state.onChange((line) => lines.push(line));
  const [first, gone, last] = [auth.createRequest({ reason: "one" }), auth.createRequest(), auth.createRequest()];
  auth.setPluginData(first, "slack", { messages: "C1/1" });
  auth.setPluginData(gone, "slack", { messages: "C1/2" });
  auth.deleteRequest(gone);
  auth.review(first, { reason: "fine" });
  auth.setPluginData(first, "slack", { messages: "C1/1,C2/2" });
  auth.monitoringRules.set({ name: "kept", ...rule });
  auth.monitoringRules.set({ name: "dropped", ...rule });
  auth.monitoringRules.delete("dropped");
  return { auth, lines, first, gone, last };
}

test.each(["the changes", "a copy"])("a cluster goes on from %s where the other ended", async (what) => {
  const { auth: before, lines, first, gone, last } = await makeHistory();
  const { auth } = await startTestCluster({ state: what === "a copy" ? before.state.lines() : lines });
  expect(auth.requests()).toEqual(before.requests());
  expect(auth.requests().map(({ Metadata }) => Metadata?.Name)).toEqual([first, last]);
  expect(auth.pluginData(first)).toEqual({ slack: { messages: "C1/1,C2/2" } });
  expect(auth.pluginData(gone)).toEqual({ slack: { messages: "C1/2" } });
  expect([...auth.state.lines()].toSorted()).toEqual([...before.state.lines()].toSorted());
  expect(() => auth.review(first)).toThrow("has already reviewed");
});

test.each(["{}", "nonsense", '{"key":"x","data":{"kind":"node"}}'])("the line %j is refused", async (line) => {
  await expect(startTestCluster({ state: [line] })).rejects.toThrow();
});
