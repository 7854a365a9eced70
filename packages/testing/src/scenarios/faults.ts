import { readFile, rename, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { expect } from "vitest";
import { z } from "zod";
import { renew, watchEnds, withoutList } from "../chaos/strikes.ts";
import type { Child } from "../child-process.ts";
import { pluginRole } from "../fake-auth-service/cluster/defaults.ts";
import type { SimulatedCall } from "../simulation.ts";
import type { Theatre } from "../theatre.ts";
import type { Play } from "./play.ts";

const patienceMs = 60_000;

/** What `docs/delivery.md` promises under faults, with the real program: the table of faults, as far as time allows. */
export function faults(play: Play): void {
  connection(play);
  platform(play);
  credentials(play);
  resources(play);
}

function connection(play: Play): void {
  play("an Auth Service that restarts and ends watches in every way it documents loses nobody", async (theatre) => {
    const { auth } = theatre;
    const plugin = await theatre.start();
    const ids: string[] = [];
    for (const [code, text] of watchEnds) {
      auth.faults.fail("ListAccessRequests", { code: status.UNAVAILABLE, text: "no backend" });
      auth.faults.endWatches(code, text);
      ids.push(auth.createRequest());
    }
    for (let restarts = 0; restarts < 5; restarts += 1) {
      auth.stop();
      ids.push(auth.createRequest());
      await auth.start();
      await auth.untilWatched(1, undefined, patienceMs);
    }
    for (const id of ids) await untilTold(theatre, id);
    expect(() => process.kill(plugin.pid, 0)).not.toThrow();
  });

  play("a connection that falls silent is noticed, and what happened meanwhile is told", async (theatre) => {
    const { auth } = theatre;
    const plugin = await theatre.start();
    expect(auth.faults.silenceConnections()).toBeGreaterThan(0);
    const id = auth.createRequest();
    await plugin.untilLine(/Connection problem detected/u, 30_000 + patienceMs);
    await theatre.untilShown(id, "PENDING", 3, patienceMs);
  });

  play("a role that loses the verb list closes nothing, says so, and recovers", async (theatre) => {
    const { auth } = theatre;
    const plugin = await theatre.start();
    const id = auth.createRequest();
    await theatre.untilShown(id, "PENDING", 3, patienceMs);
    auth.directory.setRole(withoutList);
    auth.faults.endWatches(status.UNKNOWN, "event fanout system reset");
    expect(await plugin.untilLine(/Not ready/u, patienceMs)).toContain("the verb list on access_request");
    expect(await readiness(plugin)).toMatchObject({ ready: false });
    expect(theatre.about(id).every(({ text }) => text.includes("PENDING"))).toBe(true);
    auth.directory.setRole(pluginRole);
    auth.faults.endWatches(status.UNKNOWN, "event fanout system reset");
    await untilReady(plugin);
  });
}

function platform(play: Play): void {
  play("a process that dies during a look-up is followed by one that tells everybody once", async (theatre) => {
    const { auth, platform } = theatre;
    const first = await theatre.start();
    const held = platform.hold({ call: "look-up", when: "before" });
    const id = auth.createRequest({ suggestedReviewers: ["carol@example.com"] });
    await held.untilHeld();
    await first.kill();
    held.release();
    await theatre.start();
    await theatre.untilShown(id, "PENDING", 4, patienceMs);
    expect(placesOf(theatre, id).size).toBe(4);
  });

  play("429 and 503 on every kind of call cost time and nothing else", async (theatre) => {
    const { auth, platform } = theatre;
    await theatre.start();
    for (const call of ["look-up", "post", "edit", "reply"] as const) {
      for (const what of ["throttled", "throttled-silently", "unavailable"] as const) platform.trouble(what, { call });
    }
    const id = auth.createRequest({ suggestedReviewers: ["carol@example.com"] });
    await untilCalled(theatre, ({ outcome }) => /429|limit/u.test(outcome));
    platform.heal();
    await theatre.untilShown(id, "PENDING", 4, patienceMs);
    platform.trouble("throttled-silently", { times: 3 });
    auth.review(id, { reason: "go ahead" });
    await theatre.untilShown(id, "APPROVED", 4, patienceMs);
    await theatre.untilShown(id, "GO AHEAD", 4, patienceMs);
    expect(placesOf(theatre, id).size).toBe(4);
  });

  play(
    "a deleted message, an archived channel and a removed bot harm nobody else and are not tried for ever",
    async (theatre) => {
      const { auth, platform } = theatre;
      await theatre.start();
      const id = auth.createRequest();
      await theatre.untilShown(id, "PENDING", 4, patienceMs);
      const [victim] = theatre.about(id).filter(({ place }) => place.endsWith("alpha"));
      platform.befall({ what: "message deleted", id: victim?.id ?? "" });
      platform.befall({ what: "channel archived", channel: "beta" });
      platform.befall({ what: "bot removed", channel: "gamma" });
      auth.resolve(id, "approved");
      const delta = (word: string) => () =>
        theatre.about(id).some(({ place, text }) => place.endsWith("delta") && text.includes(word));
      await platform.untilMessages(delta("APPROVED"), patienceMs);
      auth.resolve(id, "denied");
      await platform.untilMessages(delta("DENIED"), patienceMs);
      for (const channel of ["alpha", "beta", "gamma"]) {
        const edits = platform.calls().filter(({ kind, place }) => kind === "edit" && place.endsWith(channel));
        expect(edits.length).toBeLessThanOrEqual(2);
      }
    },
    { roles: { "*": ["alpha", "beta", "gamma", "delta"].map((channel) => ({ channel })) } },
  );
}

function credentials(play: Play): void {
  play("an identity that expires is said, and the process recovers when it is renewed", async (theatre) => {
    const { auth, identity } = theatre;
    const plugin = await theatre.start();
    const goodForMs = 6_000;
    const shortLived = await auth.identityFile(undefined, { validUntil: new Date(Date.now() + goodForMs) });
    await writeFile(`${identity}.new`, shortLived, { mode: 0o600 });
    await rename(`${identity}.new`, identity);
    await plugin.untilLine(/expired/u, goodForMs + patienceMs);
    const { ready, problems } = await readiness(plugin);
    expect([ready, problems.join()]).toEqual([false, expect.stringContaining("expired")]);
    await renew(theatre);
    await untilReady(plugin);
    auth.faults.dropConnections();
    await theatre.untilShown(auth.createRequest(), "PENDING", 3, patienceMs);
  });

  play("a new server certificate and an identity renewed under load cost no message", async (theatre) => {
    const { auth } = theatre;
    const plugin = await theatre.start();
    const ids: string[] = [];
    for (let renewals = 0; renewals < 3; renewals += 1) {
      await auth.renewServerCertificate();
      await renew(theatre);
      for (let at = 0; at < 2; at += 1) ids.push(auth.createRequest());
      await plugin.untilLine(/Moved the watch to the renewed credentials/u, patienceMs);
    }
    for (const id of ids) await untilTold(theatre, id);
  });
}

function resources(play: Play): void {
  play("writes that always lose their race never spin", async (theatre) => {
    const { auth } = theatre;
    const plugin = await theatre.start();
    const refusal = { code: status.FAILED_PRECONDITION, text: 'expectations not met for field "messages"' };
    auth.faults.fail("UpdatePluginData", { ...refusal, times: 1_000_000 });
    const id = auth.createRequest();
    await auth.calls.untilCount("UpdatePluginData", 10, patienceMs);
    const [cpu, writes] = [await cpuSeconds(plugin), auth.calls.count("UpdatePluginData")];
    const seconds = 4;
    await sleep(seconds * 1_000);
    // Ten tries with growing pauses take longer than half a second; then the request waits for one to two.
    expect(auth.calls.count("UpdatePluginData") - writes).toBeLessThanOrEqual(10 * seconds);
    expect((await cpuSeconds(plugin)) - cpu).toBeLessThan(seconds / 2);
    auth.faults.clear();
    await theatre.untilShown(id, "PENDING", 3, patienceMs);
  });

  play("it needs no disk: no file may be written, there is no home, and the log's disk is full", async (theatre) => {
    const { auth, platform } = theatre;
    const [, , config = ""] = platform.args;
    await writeFile(`${config}.full`, `${await readFile(config, "utf8")}\n[log]\noutput = "/dev/full"\n`, {
      mode: 0o600,
    });
    await rename(`${config}.full`, config);
    const homeless = "data:text/javascript,delete process.env.HOME; delete process.env.TMPDIR";
    const plugin = theatre.spawn([], ["--import", homeless]);
    await auth.untilWatched(1, undefined, patienceMs);
    const first = auth.createRequest();
    await theatre.untilShown(first, "PENDING", 3, patienceMs);
    expect(await plugin.stop()).toBe(0);
    await writeFile(config, (await readFile(config, "utf8")).replace("/dev/full", "stderr"), { mode: 0o600 });
    const readOnly = theatre.spawn([], ["--permission", "--allow-fs-read=*", "--allow-addons"]);
    await readOnly.untilLine(/Plugin is ready/u, patienceMs);
    auth.review(first);
    await theatre.untilShown(first, "APPROVED", 3, patienceMs);
  });
}

function placesOf(theatre: Theatre, id: string): Set<string> {
  return new Set(theatre.about(id).map(({ place }) => place));
}

/** In all three places. A machine out of breath may let a call time out and be repeated: nobody is lost by that. */
async function untilTold(theatre: Theatre, id: string): Promise<void> {
  await theatre.platform.untilMessages(() => placesOf(theatre, id).size === 3, patienceMs);
}

async function untilCalled({ platform }: Theatre, fits: (call: SimulatedCall) => boolean): Promise<void> {
  await platform.untilMessages(() => platform.calls().some(fits), patienceMs);
}

/** What the process itself says of its state, at the address it logs. */
async function ask(plugin: Child, path: string): Promise<Response> {
  const line = await plugin.untilLine(/Serving health and metrics/u, patienceMs);
  return fetch(`http://${/address=(\S+)/u.exec(line)?.[1]}${path}`);
}

async function readiness(plugin: Child): Promise<{ readonly ready: boolean; readonly problems: readonly string[] }> {
  const body: unknown = await (await ask(plugin, "/readyz")).json();
  return readinessSchema.parse(body);
}

const readinessSchema = z.object({ ready: z.boolean(), problems: z.array(z.string()) });

async function untilReady(plugin: Child): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  while (!(await readiness(plugin)).ready) {
    if (Date.now() > giveUpAt) throw new Error(`not ready again within ${patienceMs} ms`);
    await sleep(200);
  }
}

async function cpuSeconds(plugin: Child): Promise<number> {
  const text = await (await ask(plugin, "/metrics")).text();
  return Number(/^process_cpu_seconds_total(?:\{[^}]*\})? (\S+)$/mu.exec(text)?.[1]);
}
