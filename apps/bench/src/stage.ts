import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SimulatedRecipient, SimulationOptions } from "@access-plugins/testing/simulation";
import type { AuthService } from "./auth-process.ts";
import type { PlatformService } from "./platform-process.ts";
import { readUsage } from "./proc.ts";
import { type Remote, type RemoteProcess, startRemote } from "./remote.ts";
import { type Running, type Subject, startSubject } from "./subject.ts";

/** Figures by name; what is no number is a remark. */
export type Figures = Readonly<Record<string, number | string>>;

/** The world of one row: an Auth Service and a platform, each a process, and the subject that is measured. */
export interface Stage {
  readonly auth: Remote<AuthService>;
  readonly platform: Remote<PlatformService>;
  /** Starts the subject and waits until its watch is open and it has come to rest. */
  start(): Promise<Running>;
  /** Starts it and waits for nothing. */
  launch(): Running;
  /** Does some work with the subject running; tells what it cost everybody. */
  measure(running: Running, work: () => Promise<void>): Promise<Figures>;
  close(): Promise<void>;
}

/** Who is told of every request. */
export type Audience = { readonly channels: number; readonly unknown?: number } | { readonly people: number };

const watchedWithinMs = 30_000;
/** After the watch is open there is a listing, and a start has garbage. */
const restMs = 2_000;

export async function openStage(app: string, subject: Subject, audience: Audience): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), "access-plugins-bench-"));
  const auth = await startRemote<AuthService>(join(import.meta.dirname, "auth-process.ts"), [dir]);
  const home = join(dir, app);
  await mkdir(home);
  const options: SimulationOptions = {
    ...toCast(audience),
    addr: await auth.call.address(),
    identity: join(dir, "identity"),
    dir: home,
  };
  const platform = await startRemote<PlatformService>(join(import.meta.dirname, "platform-process.ts"), [
    app,
    JSON.stringify(options),
  ]);
  const config = (await platform.call.args()).at(-1) ?? "";
  const started: Running[] = [];

  function launch(): Running {
    const running = startSubject(subject, config);
    started.push(running);
    return running;
  }

  return {
    auth: auth.call,
    platform: platform.call,
    launch,
    async start() {
      const running = launch();
      await auth.call.untilWatched(watchedWithinMs).catch((thrown: Error) => {
        throw new Error(`${subject.label} opened no watch: ${thrown.message}\n${running.lastWords()}`);
      });
      await sleep(restMs);
      return running;
    },
    measure: (running, work) => measure({ running, auth, platform }, work),
    async close() {
      await Promise.all(started.map((running) => running.kill()));
      for (const remote of [auth, platform]) remote.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function toCast(audience: Audience): Pick<SimulationOptions, "people" | "roles"> {
  if ("people" in audience) {
    const people = numbered("person", audience.people).map((name) => ({ name, email: `${name}@example.com` }));
    return { people, roles: { "*": people.map(({ email }) => ({ person: email })) } };
  }
  const channels: SimulatedRecipient[] = numbered("channel", audience.channels).map((channel) => ({ channel }));
  const unknown = numbered("nobody", audience.unknown ?? 0).map((name) => ({ person: `${name}@example.com` }));
  return { people: [], roles: { "*": [...channels, ...unknown] } };
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

interface Parts {
  readonly running: Running;
  readonly auth: RemoteProcess<AuthService>;
  readonly platform: RemoteProcess<PlatformService>;
}

async function measure({ running, auth, platform }: Parts, work: () => Promise<void>): Promise<Figures> {
  const pids = [running.pid, auth.pid, platform.pid];
  const before = pids.map(readUsage);
  const [asked, called] = [await auth.call.calls(), (await platform.call.calls()).length];
  await work();
  const after = pids.map(readUsage);
  const [cpu = 0, authCpu = 0, platformCpu = 0] = after.map((usage, index) => usage.cpu - (before[index]?.cpu ?? 0));
  const asking = await auth.call.calls();
  const difference = (method: string) => (asking[method] ?? 0) - (asked[method] ?? 0);
  await sleep(restMs);
  return {
    "CPU, s": round(cpu),
    "peak RSS, MiB": round(after[0]?.peak ?? 0),
    "settled RSS, MiB": round(readUsage(running.pid).rss),
    "plugin data written": difference("UpdatePluginData"),
    "plugin data read": difference("GetPluginData"),
    "chat calls": (await platform.call.calls()).length - called,
    "CPU of the fakes (Teleport + chat), s": `${round(authCpu)} + ${round(platformCpu)}`,
  };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
