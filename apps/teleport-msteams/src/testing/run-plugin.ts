import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeTeamsServer, type FakeTeamsServer } from "@access-plugins/msteams/testing";

/** What a command printed and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the plugin's command line as a process of its own, with nothing but `PATH` and `env` in its environment. */
export function runPlugin(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const main = join(import.meta.dirname, "../main.ts");
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: "/usr/bin:/bin", ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A fake Microsoft and a configuration that leads to it. */
export interface Setup {
  readonly teams: FakeTeamsServer;
  readonly dir: string;
  /** Path of the configuration. */
  readonly config: string;
  /** Writes the configuration with these recipients and these changes to `[msapi]`. */
  write(recipients: readonly string[], changes?: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export async function openSetup(): Promise<Setup> {
  const teams = await createFakeTeamsServer({ appSecret: "planted-secret-4711" });
  const dir = await mkdtemp(join(tmpdir(), "teleport-msteams-"));
  const config = join(dir, "teleport-msteams.toml");
  await writeFile(join(dir, "ca.pem"), teams.ca);
  await writeFile(join(dir, "identity"), "never read by these commands", { mode: 0o600 });
  return {
    teams,
    dir,
    config,
    async write(recipients, changes = {}) {
      const { appId, appSecret, tenantId, teamsAppId } = teams.bot;
      const keys = { app_id: appId, app_secret: appSecret, tenant_id: tenantId, teams_app_id: teamsAppId, ...changes };
      const toml = [
        "[teleport]",
        `identity = "${dir}/identity"`,
        "[msapi]",
        ...Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
        "[msapi.endpoints]",
        ...Object.entries({ ...teams.endpoints, ca_file: `${dir}/ca.pem` }).map(
          ([key, value]) => `${key} = "${value}"`,
        ),
        "[role_to_recipients]",
        `"*" = ${JSON.stringify(recipients)}`,
      ];
      await writeFile(config, `${toml.join("\n")}\n`, { mode: 0o600 });
    },
    async close() {
      await teams.close();
      await rm(dir, { recursive: true });
    },
  };
}
