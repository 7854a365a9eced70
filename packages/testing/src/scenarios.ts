import { rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isGood, renderReport } from "./chaos/report.ts";
import { runChaos } from "./chaos/run-chaos.ts";
import { remindOfReview } from "./reminder-scenario.ts";
import { faults } from "./scenarios/faults.ts";
import { killedProcesses } from "./scenarios/killed-processes.ts";
import { lockedNetwork } from "./scenarios/locked-network.ts";
import type { Play } from "./scenarios/play.ts";
import { takeOverMs, untilStored } from "./scenarios/told.ts";
import type { Simulation } from "./simulation.ts";
import { openTheatre, type Theatre, type TheatreOptions } from "./theatre.ts";

const scenarioMs = 180_000;

/**
 * What every app has to do with the real binary's code path, in processes of its own: the simulated Auth Service over
 * gRPC and mutual TLS on one side, the platform's fake over HTTP on the other. Called once by each app.
 */
export function pluginScenarios(simulation: Simulation): void {
  const play = (title: string, scene: (theatre: Theatre) => Promise<void>, options?: TheatreOptions) =>
    it.concurrent(title, { timeout: scenarioMs }, async () => {
      const theatre = await openTheatre(simulation, options);
      try {
        await scene(theatre);
        for (const secret of theatre.platform.secrets) expect(theatre.printed()).not.toContain(secret);
      } finally {
        await theatre.close();
      }
    });

  describe(`${simulation.app} with ${simulation.title}`, () => {
    describe("the life of a request", () => lifeOfARequest(play));
    describe("a request with everything", () => richRequest(play, simulation));
    describe("Access Monitoring Rules", () => rules(play));
    describe("a process that is killed", () => killedProcesses(play));
    describe("the world around it", () => troubledWorld(play));
    describe("a network that is locked", () => lockedNetwork(play));
    play("reminds the owner of an access list of a review that is due, once", remindOfReview);
    describe("the faults it promises to survive", () => faults(play));
    describe("seeded chaos", () => chaos(simulation));
  });
}

function lifeOfARequest(play: Play): void {
  play("is told, reviewed, approved, and the process ends on SIGTERM with exit code 0", async (theatre) => {
    const plugin = await theatre.start();
    const id = theatre.auth.createRequest({ reason: "ticket 4711" });
    await theatre.untilShown(id, "PENDING", 3);
    theatre.auth.review(id, { reason: "go ahead" });
    await theatre.untilShown(id, "APPROVED", 3);
    await theatre.untilShown(id, "GO AHEAD", 3);
    expect(await plugin.stop()).toBe(0);
    expect(plugin.findLine(/Successfully shut down/u)).toBeDefined();
  });

  play("is denied, expires, is removed, is overridden, is promoted: every copy shows it", async (theatre) => {
    await theatre.start();
    const { auth } = theatre;
    const ids = {
      denied: auth.createRequest(),
      expired: auth.createRequest({ pendingTtlMs: 2_000 }),
      removed: auth.createRequest(),
      overridden: auth.createRequest(),
      promoted: auth.createRequest(),
    };
    await Promise.all(Object.values(ids).map((id) => theatre.untilShown(id, "PENDING", 3)));
    auth.review(ids.denied, { state: "denied" });
    auth.deleteRequest(ids.removed);
    auth.resolve(ids.overridden, "approved");
    await theatre.untilShown(ids.overridden, "APPROVED", 3);
    auth.resolve(ids.overridden, "denied");
    auth.promote(ids.promoted, { name: "list-1", title: "Database admins" });
    await theatre.untilShown(ids.denied, "DENIED", 3);
    await theatre.untilShown(ids.removed, "REMOVED", 3);
    await theatre.untilShown(ids.overridden, "DENIED", 3);
    await theatre.untilShown(ids.promoted, "PROMOTED", 3);
    await theatre.untilShown(ids.promoted, "DATABASE ADMINS", 3);
    await theatre.untilShown(ids.expired, "EXPIRED", 3);
  });

  play("reaches a suggested reviewer, and a recipient who does not exist holds up nobody", async (theatre) => {
    const plugin = await theatre.start();
    const id = theatre.auth.createRequest({ suggestedReviewers: ["bob@example.com", "ghost@example.com"] });
    await theatre.untilShown(id, "PENDING", 4);
    expect(await plugin.untilLine(/ghost@example\.com/u, 10_000)).toContain("recipient_unknown");
  });
}

const node = { kind: "node", name: "f0c37a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6", hostname: "web-1" } as const;

function richRequest(play: Play, { approvalSign }: Simulation): void {
  play(
    "is shown with names and logins, and its requester told the outcome, though the process dies in between",
    async (theatre) => {
      const { auth, platform } = theatre;
      const first = await theatre.start();
      const id = auth.createRequest({ resources: [{ kind: node.kind, name: node.name }] });
      for (const word of ["PENDING", "NODE/WEB-1", "UBUNTU"]) await theatre.untilShown(id, word, 3);
      await untilStored(theatre, id, 3);
      const held = platform.hold({ call: "edit", when: "before" });
      auth.review(id, { reason: "go ahead" });
      await held.untilHeld();
      await first.kill();
      held.release();
      await theatre.start();
      for (const word of ["APPROVED", "NODE/WEB-1", "UBUNTU"]) await theatre.untilShown(id, word, 3, takeOverMs);
      if (approvalSign !== undefined) await theatre.untilShown(id, approvalSign.toUpperCase(), 3, takeOverMs);
      const notices = () => theatre.about(id).filter(({ text }) => text.includes(`tsh login --request-id=${id}`));
      await platform.untilMessages(() => notices().length > 0, takeOverMs);
      expect(new Set(notices().map(({ place }) => place)).size).toBe(1);
      // The first process may have told them and died before it could say so.
      expect(notices().length).toBeLessThanOrEqual(2);
    },
    { withRequester: true, resources: [node] },
  );
}

function rules(play: Play): void {
  play("choose who is told, and a rule that changes applies to the next request", async (theatre) => {
    const { auth } = theatre;
    await theatre.start();
    const plain = auth.createRequest();
    await theatre.untilShown(plain, "PENDING", 3);
    await untilStored(theatre, plain, 3);
    const [name = ""] = Object.keys(auth.pluginData(plain));
    auth.monitoringRules.set({
      name: "editors",
      subjects: ["access_request"],
      condition: `access_request.spec.roles.contains("editor")`,
      notification: { name, recipients: ["bob@example.com"] },
    });
    const ruled = auth.createRequest();
    await theatre.untilShown(ruled, "PENDING", 1);
    await untilStored(theatre, ruled, 1);
    expect(theatre.about(ruled)).toHaveLength(1);
  });
}

function troubledWorld(play: Play): void {
  play("survives a restart of the Auth Service as the same process and catches up", async (theatre) => {
    const plugin = await theatre.start();
    const { auth } = theatre;
    const before = auth.createRequest();
    await theatre.untilShown(before, "PENDING", 3);
    auth.stop();
    await plugin.untilLine(/Connection problem detected/u, 40_000);
    auth.review(before);
    const meanwhile = auth.createRequest();
    await auth.start();
    await theatre.untilShown(before, "APPROVED", 3);
    await theatre.untilShown(meanwhile, "PENDING", 3);
    expect(() => process.kill(plugin.pid, 0)).not.toThrow();
  });

  play("takes over a renewed identity without a restart", async (theatre) => {
    const plugin = await theatre.start();
    await theatre.auth.rotateAuthority();
    const renewed = `${theatre.identity}.new`;
    await writeFile(renewed, await theatre.auth.identityFile(), { mode: 0o600 });
    await rename(renewed, theatre.identity);
    await plugin.untilLine(/renewed credentials/u, 20_000);
    theatre.auth.finishRotation();
    theatre.auth.faults.dropConnections();
    const id = theatre.auth.createRequest();
    await theatre.untilShown(id, "PENDING", 3);
  });

  play("waits for an Auth Service that is not up yet", async (theatre) => {
    theatre.auth.stop();
    const plugin = theatre.spawn();
    await plugin.untilLine(/Connecting to Teleport failed; trying again/u, 20_000);
    await theatre.auth.start();
    await plugin.untilLine(/Plugin is ready/u, 20_000);
  });

  play("ends with one clear message and exit code 1 when its identity is not trusted", async (theatre) => {
    const stranger = await openForeignIdentity();
    await writeFile(theatre.identity, stranger);
    const plugin = theatre.spawn();
    expect(await plugin.closed).toBe(1);
    expect(plugin.findLine(/Terminating with fatal error/u)).toBeDefined();
    expect(plugin.lines.join("\n")).not.toMatch(/\n\s+at /u);
  });
}

/** The identity of another cluster: same user, same roles, an authority nobody here knows. */
async function openForeignIdentity(): Promise<string> {
  const { createFakeAuthService } = await import("./fake-auth-service/fake-auth-service.ts");
  const other = await createFakeAuthService();
  try {
    return await other.identityFile();
  } finally {
    other.close();
  }
}

/** The short forms; the long ones are `pnpm chaos --seed N --minutes M` and `--turns kind=n`. */
function chaos(simulation: Simulation): void {
  it.concurrent("loses nobody, leaves nothing stale and blames every duplicate on a call", {
    timeout: 240_000,
  }, async () => {
    const report = await runChaos(simulation, { seed: 11, durationMs: 8_000, replicas: 2 });
    expect(isGood(report), renderReport(simulation.app, report).join("\n")).toBe(true);
  });

  it.concurrent("an Auth Service that restarts and a connection that falls silent are survived by the same process", {
    timeout: 240_000,
  }, async () => {
    const turns = { "auth-restart": 4, "half-open": 1 };
    const report = await runChaos(simulation, { seed: 11, turns, replicas: 1 });
    expect(isGood(report), renderReport(simulation.app, report).join("\n")).toBe(true);
    expect(report.struck).toEqual(turns);
  });

  it.concurrent("finds a plugin out that does nothing, and shows the journal", { timeout: scenarioMs }, async () => {
    const deaf = { ...simulation, entry: deafPlugin };
    const report = await runChaos(deaf, { seed: 1, durationMs: 2_000, replicas: 1, only: ["cut"], patienceMs: 500 });
    const text = renderReport(simulation.app, report).join("\n");
    expect(isGood(report)).toBe(false);
    expect(text).toMatch(/lost: [0-9a-f-]{36}: never told: alpha/u);
    expect(text).toMatch(/journal of [0-9a-f-]{36}, seed 1:\n(?:.*\n)*.* s {2}request 0 is created/u);
  });
}

const deafPlugin = fileURLToPath(new URL("./chaos/deaf-plugin.ts", import.meta.url));
