import { expect, test } from "vitest";
import { startTestCluster } from "./testing/test-cluster.ts";

const never = new AbortController().signal;

test("ping tells the cluster", async () => {
  const { createClient } = await startTestCluster();
  expect(await createClient().ping(never)).toEqual({
    clusterName: "example.com",
    serverVersion: "18.0.0",
    proxyPublicAddr: "",
    advancedAccessWorkflows: true,
  });
});
