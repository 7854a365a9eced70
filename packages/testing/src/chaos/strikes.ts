import { rename, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { pluginRole } from "../fake-auth-service/cluster/defaults.ts";
import type { PlatformTrouble } from "../simulation.ts";
import type { Theatre } from "../theatre.ts";
import type { Company } from "./company.ts";
import type { FaultKind } from "./fault-kinds.ts";

/** What a strike works on. */
export interface Battlefield {
  readonly theatre: Theatre;
  readonly company: Company;
  /** A process has just died or stands still. */
  struck(): void;
}

/** Brings a fault about; resolves when it is over. `dice`, between 0 and 1, decides what the kind leaves open. */
type Strike = (field: Battlefield, dice: number) => Promise<void>;

/** Longer than a lease: its holder loses what it had. */
const pauseMs = 9_500;
const wrongByMs = 30_000;

/** The ends of a watch that Teleport documents, as it words them. */
export const watchEnds: readonly (readonly [status, string])[] = [
  [status.UNKNOWN, "event fanout system reset"],
  [status.UNKNOWN, "event fanout system closed"],
  [status.UNAVAILABLE, "going away"],
  [status.INTERNAL, "stream terminated by RST_STREAM"],
  [status.RESOURCE_EXHAUSTED, "slow reader"],
  [status.CANCELLED, "context canceled"],
];

export const strikes: Readonly<Record<FaultKind, Strike>> = {
  async kill({ company, struck }, dice) {
    const victim = company.pick(dice);
    if (victim === undefined) return;
    await company.kill(victim, dice * 2_000);
    struck();
  },
  async pause({ company, struck }, dice) {
    const victim = company.pick(dice);
    if (victim === undefined) return;
    company.pause(victim);
    struck();
    await sleep(pauseMs + dice * 2_500);
    company.resume(victim);
  },
  async clock({ company, struck }, dice) {
    const victim = company.pick(dice);
    if (victim === undefined) return;
    await company.restartUnderClock(victim, wrongByMs);
    struck();
  },
  async "auth-restart"({ theatre: { auth } }, dice) {
    auth.stop();
    await sleep(dice * 3_000);
    await auth.start();
  },
  cut: async ({ theatre: { auth } }) => void auth.faults.dropConnections(),
  "half-open": async ({ theatre: { auth } }) => void auth.faults.silenceConnections(),
  async "watch-end"({ theatre: { auth } }, dice) {
    const [code, text] = pick(watchEnds, dice);
    auth.faults.endWatches(code, text);
  },
  "auth-unavailable": async ({ theatre: { auth } }, dice) =>
    auth.faults.fail("*", { code: status.UNAVAILABLE, text: "no backend", times: upTo(6, dice) }),
  "auth-lost": async ({ theatre: { auth } }, dice) =>
    auth.faults.fail("UpdatePluginData", {
      code: status.UNAVAILABLE,
      text: "connection reset",
      times: upTo(6, dice),
      executed: true,
    }),
  conflict: async ({ theatre: { auth } }, dice) =>
    auth.faults.fail("UpdatePluginData", {
      code: status.FAILED_PRECONDITION,
      text: 'expectations not met for field "access_plugins_lease"',
      times: upTo(12, dice),
    }),
  async listing({ theatre: { auth } }, dice) {
    auth.faults.fail("ListAccessRequests", { code: status.UNAVAILABLE, text: "no backend", times: upTo(2, dice) });
    auth.faults.endWatches(status.UNKNOWN, "event fanout system reset");
  },
  renewal: async ({ theatre }) => renew(theatre),
  async rotation({ theatre }) {
    await theatre.auth.rotateAuthority();
    await renew(theatre);
    // Every process reads its identity every two seconds; one that stands still does when it goes on.
    await sleep(6_000);
    theatre.auth.finishRotation();
    theatre.auth.faults.dropConnections();
  },
  async "role-loss"({ theatre: { auth } }, dice) {
    auth.directory.setRole(withoutList);
    auth.faults.endWatches(status.UNKNOWN, "event fanout system reset");
    await sleep(2_000 + dice * 4_000);
    auth.directory.setRole(pluginRole);
    auth.faults.endWatches(status.UNKNOWN, "event fanout system reset");
  },
  async "chat-down"({ theatre: { platform } }, dice) {
    platform.trouble("unavailable");
    await sleep(1_000 + dice * 5_000);
    platform.heal();
  },
  "chat-unavailable": trouble("unavailable"),
  "chat-throttled": trouble("throttled"),
  "chat-throttled-silently": trouble("throttled-silently"),
  "chat-cut": trouble("cut"),
  "chat-lost": trouble("lost"),
  "chat-garbled": trouble("garbled"),
  "chat-hanging": trouble("hanging"),
};

function trouble(what: PlatformTrouble): Strike {
  return async ({ theatre: { platform } }, dice) => platform.trouble(what, { times: upTo(6, dice) });
}

/** As the tools that renew identities do it: the new file takes the place of the old one at once. */
export async function renew({ auth, identity }: Pick<Theatre, "auth" | "identity">): Promise<void> {
  const renewed = `${identity}.new`;
  await writeFile(renewed, await auth.identityFile(), { mode: 0o600 });
  await rename(renewed, identity);
}

/** The plugin's role as it must not be: it sees an empty list instead of an error. */
export const withoutList = {
  ...pluginRole,
  allow: {
    ...pluginRole.allow,
    rules: (pluginRole.allow?.rules ?? []).map((rule) =>
      rule.resources.includes("access_request") ? { ...rule, verbs: ["read"] } : rule,
    ),
  },
};

function upTo(most: number, dice: number): number {
  return 1 + Math.floor(dice * most);
}

function pick<T>(items: readonly T[], dice: number): T {
  const item = items[Math.floor(dice * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
