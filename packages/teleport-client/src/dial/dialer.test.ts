import { systemClock } from "@access-plugins/core";
import { beforeEach, describe, expect, test } from "vitest";
import { toAbortError } from "../deadline.ts";
import { type Credentials, loadCredentials } from "../identity.ts";
import { catchFault } from "../testing/catch-fault.ts";
import { createRecordedLog, type RecordedLog, startTestCluster, type TestCluster } from "../testing/test-cluster.ts";
import { toCandidates } from "./address.ts";
import { createDialer, type Dialer } from "./dialer.ts";
import { createDirectRoute } from "./direct.ts";
import { createNetwork } from "./network.ts";
import type { Route } from "./route.ts";

const never = new AbortController().signal;

let cluster: TestCluster;
let credentials: Credentials;

beforeEach(async () => {
  cluster = await startTestCluster();
  credentials = await loadCredentials({ identity: cluster.identityPath }, new Date(), never);
});

describe("all routes are tried at once:", () => {
  test("the first that succeeds wins, and the others are stopped", async () => {
    const hanging = createHangingRoute();
    const { dialer, log } = create([hanging.route, direct()]);
    const session = await dialer.dial(credentials, never);
    expect(session.usable).toBe(true);
    expect(hanging.stopped()).toBe(1);
    expect(log.lines).toMatchObject([{ fields: { route: "direct", failed: [] } }]);
  });

  test("of two that succeed one connection stays", async () => {
    const { dialer } = create([direct(), direct()]);
    const session = await dialer.dial(credentials, never);
    await expect.poll(() => cluster.auth.faults.dropConnections()).toBe(1);
    await session.over;
  });

  test("an abort stops them all", async () => {
    const hanging = [createHangingRoute(), createHangingRoute()];
    const { dialer } = create(hanging.map(({ route }) => route));
    const stop = new AbortController();
    const dialled = catchFault(() => dialer.dial(credentials, stop.signal));
    stop.abort();
    expect(await dialled).toMatchObject({ code: "aborted" });
    expect(hanging.map(({ stopped }) => stopped())).toEqual([1, 1]);
  });

  test("whoever comes meanwhile waits for the same race", async () => {
    const { dialer, choices } = create([direct()]);
    const sessions = await Promise.all([1, 2, 3].map(() => dialer.dial(credentials, never)));
    expect(new Set(sessions).size).toBe(3);
    expect(choices()).toBe(1);
  });

  test("and learns from the same failure", async () => {
    cluster.auth.stop();
    const { dialer, choices } = create([direct()]);
    const faults = await Promise.all([1, 2, 3].map(() => catchFault(() => dialer.dial(credentials, never))));
    expect(faults.map((fault) => fault.code)).toEqual(["unavailable", "unavailable", "unavailable"]);
    expect(choices()).toBe(1);
  });
});

test("the winner is kept, and chosen anew after three failures in a row", async () => {
  const { dialer, choices } = create([direct()]);
  await dialer.dial(credentials, never);
  await dialer.dial(credentials, never);
  expect(choices()).toBe(1);
  cluster.auth.stop();
  for (let failures = 0; failures < 3; failures += 1) await catchFault(() => dialer.dial(credentials, never));
  expect(choices()).toBe(1);
  await cluster.auth.start();
  await dialer.dial(credentials, never);
  expect(choices()).toBe(2);
});

test("a success in between makes the winner good again", async () => {
  const { dialer, choices } = create([direct()]);
  await dialer.dial(credentials, never);
  for (let round = 0; round < 3; round += 1) {
    cluster.auth.stop();
    for (let failures = 0; failures < 2; failures += 1) await catchFault(() => dialer.dial(credentials, never));
    await cluster.auth.start();
    await dialer.dial(credentials, never);
  }
  expect(choices()).toBe(1);
});

/** Sessions end with the cluster, when the test ends. */
function create(routes: readonly Route[]): { dialer: Dialer; log: RecordedLog; choices: () => number } {
  let choices = 0;
  const log = createRecordedLog();
  const createRoutes = () => {
    choices += 1;
    return routes;
  };
  const { address } = cluster.auth;
  return { dialer: createDialer({ address, createRoutes, clock: systemClock, log }), log, choices: () => choices };
}

function direct(): Route {
  const [target] = toCandidates(cluster.auth.address);
  if (target === undefined) throw new Error("the address means nothing");
  return createDirectRoute(target, createNetwork({ clock: systemClock }));
}

/** A route that never gets anywhere. */
function createHangingRoute(): { route: Route; stopped: () => number } {
  let stopped = 0;
  const connect: Route["connect"] = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        stopped += 1;
        reject(toAbortError(signal.reason));
      });
    });
  return { route: { name: "hanging", target: "nowhere:1", connect }, stopped: () => stopped };
}
