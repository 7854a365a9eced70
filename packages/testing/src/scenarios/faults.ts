import { rename, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { expect } from "vitest";
import { renew, watchEnds, withoutList } from "../chaos/strikes.ts";
import { pluginRole } from "../fake-auth-service/cluster/defaults.ts";
import { findHealth } from "../plugin-health.ts";
import { platformFaults } from "./platform-faults.ts";
import type { Play } from "./play.ts";
import { patienceMs, untilTold } from "./told.ts";

const cpuSeconds = "process_cpu_seconds_total";

/** What `docs/delivery.md` promises under faults, with the real program: the table of faults, as far as time allows. */
export function faults(play: Play): void {
  connection(play);
  platformFaults(play);
  credentials(play);
  resources(play);
}

function connection(play: Play): void {
  play(
    "an Auth Service that ends watches in every way it documents, and cannot list at once, loses nobody",
    async (theatre) => {
      const { auth } = theatre;
      const plugin = await theatre.start();
      const ids: string[] = [];
      for (const [code, text] of watchEnds) {
        auth.faults.fail("ListAccessRequests", { code: status.UNAVAILABLE, text: "no backend" });
        auth.faults.endWatches(code, text);
        ids.push(auth.createRequest());
      }
      for (const id of ids) await untilTold(theatre, id);
      expect(() => process.kill(plugin.pid, 0)).not.toThrow();
    },
  );

  play("a role that loses the verb list closes nothing, says so, and recovers", async (theatre) => {
    const { auth } = theatre;
    const plugin = await theatre.start();
    const health = await findHealth(plugin);
    const id = auth.createRequest();
    await theatre.untilShown(id, "PENDING", 3, patienceMs);
    auth.directory.setRole(withoutList);
    auth.faults.endWatches(status.UNKNOWN, "event fanout system reset");
    expect(await plugin.untilLine(/Not ready/u, patienceMs)).toContain("the verb list on access_request");
    expect(await health.readiness()).toMatchObject({ ready: false });
    expect(theatre.about(id).every(({ text }) => text.includes("PENDING"))).toBe(true);
    auth.directory.setRole(pluginRole);
    auth.faults.endWatches(status.UNKNOWN, "event fanout system reset");
    await health.untilReady(patienceMs);
  });
}

function credentials(play: Play): void {
  play("an identity that expires is said, and the process recovers when it is renewed", async (theatre) => {
    const { auth, identity } = theatre;
    const plugin = await theatre.start();
    const health = await findHealth(plugin);
    const goodForMs = 6_000;
    const shortLived = await auth.identityFile(undefined, { validUntil: new Date(Date.now() + goodForMs) });
    await writeFile(`${identity}.new`, shortLived, { mode: 0o600 });
    await rename(`${identity}.new`, identity);
    await plugin.untilLine(/expired/u, goodForMs + patienceMs);
    const { ready, problems } = await health.readiness();
    expect([ready, problems.join()]).toEqual([false, expect.stringContaining("expired")]);
    await renew(theatre);
    await health.untilReady(patienceMs);
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
    const health = await findHealth(await theatre.start());
    const refusal = { code: status.FAILED_PRECONDITION, text: 'expectations not met for field "messages"' };
    auth.faults.fail("UpdatePluginData", { ...refusal, times: 1_000_000 });
    const id = auth.createRequest();
    await auth.calls.untilCount("UpdatePluginData", 10, patienceMs);
    const [cpu, writes] = [await health.metric(cpuSeconds), auth.calls.count("UpdatePluginData")];
    const seconds = 4;
    await sleep(seconds * 1_000);
    // Ten tries with growing pauses take longer than half a second; then the request waits for one to two.
    expect(auth.calls.count("UpdatePluginData") - writes).toBeLessThanOrEqual(10 * seconds);
    expect((await health.metric(cpuSeconds)) - cpu).toBeLessThan(seconds / 2);
    auth.faults.clear();
    await theatre.untilShown(id, "PENDING", 3, patienceMs);
  });

  play("it needs no disk: no file may be written, there is no home, and the log's disk is full", async (theatre) => {
    const { auth } = theatre;
    await theatre.editConfig((toml) => `${toml}\n[log]\noutput = "/dev/full"\n`);
    const homeless = "data:text/javascript,delete process.env.HOME; delete process.env.TMPDIR";
    const plugin = theatre.spawn([], ["--import", homeless]);
    await auth.untilWatched(1, undefined, patienceMs);
    const first = auth.createRequest();
    await theatre.untilShown(first, "PENDING", 3, patienceMs);
    expect(await plugin.stop()).toBe(0);
    await theatre.editConfig((toml) => toml.replace("/dev/full", "stderr"));
    const readOnly = theatre.spawn([], ["--permission", "--allow-fs-read=*", "--allow-addons"]);
    await readOnly.untilLine(/Plugin is ready/u, patienceMs);
    auth.review(first);
    await theatre.untilShown(first, "APPROVED", 3, patienceMs);
  });
}
