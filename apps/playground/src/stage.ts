import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, runChild, startChild } from "@access-plugins/testing/child-process";
import { findSimulations } from "@access-plugins/testing/find-simulations";
import type { RunningSimulation, SimulatedMessage, Simulation } from "@access-plugins/testing/simulation";
import { people, roles } from "./cast.ts";
import type { Teller } from "./teller.ts";

/** The running parts: the Auth Service, the platforms and their plugins, each plugin in a process of its own. */
export interface Stage {
  /** Runs an `auth-ctl` command as this user and gives what it prints. */
  act(user: "requester" | "reviewer" | "admin", args: readonly string[]): Promise<string>;
  /** Waits until `platform` for each platform says that its messages fit. */
  untilShown(what: string, fits: (messages: readonly SimulatedMessage[]) => boolean): Promise<void>;
  /** What each plugin logged about something, one line each. */
  quote(pattern: RegExp): readonly string[];
  /** Commands for a second terminal. */
  commands(): readonly string[];
  /** Resolves when the visitor stops the demo, rejects when a part of it breaks. */
  untilBroken(): Promise<void>;
  close(): Promise<void>;
}

interface Platform {
  readonly title: string;
  readonly running: RunningSimulation;
  readonly plugin: Child;
}

const readyWithinMs = 30_000;
const shownWithinMs = 30_000;

export async function openStage(dir: string, teller: Teller, signal: AbortSignal): Promise<Stage> {
  const closing = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  const changed = new Set<() => void>();
  const auth = await startAuth(dir);
  closers.push(async () => void (await auth.child.stop()));
  teller.say(`Simulated Teleport Auth Service at ${auth.addr} (gRPC over mutual TLS).`);
  const platforms: Platform[] = [];
  for (const simulation of await findSimulations()) platforms.push(await startPlatform(simulation));

  async function startPlatform(simulation: Simulation): Promise<Platform> {
    const home = join(dir, simulation.app);
    await mkdir(home);
    const running = await simulation.start({
      addr: auth.addr,
      identity: join(dir, "identity"),
      dir: home,
      people,
      roles,
    });
    closers.push(running.close);
    const plugin = startChild(simulation.app, [simulation.entry, ...running.args]);
    closers.unshift(async () => void (await plugin.stop()));
    await plugin.untilLine(/Plugin is ready/u, readyWithinMs);
    teller.say(`${simulation.title}, simulated, and the real ${simulation.app}.`);
    void follow(simulation.title, running);
    return { title: simulation.title, running, plugin };
  }

  async function follow(title: string, running: RunningSimulation): Promise<void> {
    const seen = new Set<string>();
    for await (const message of running.changes(closing.signal)) {
      teller.message(title, message, !seen.has(message.id));
      seen.add(message.id);
      for (const ring of changed) ring();
    }
  }

  const broken = Promise.race([auth.child.ended, ...platforms.map(({ plugin }) => plugin.ended), untilAborted(signal)]);
  broken.catch(() => {});

  return {
    act: (user, args) => Promise.race([runChild([authCtl, "--dir", dir, "--as", user, ...args]), broken]),
    async untilShown(what, fits) {
      const shown = Promise.withResolvers<void>();
      const look = () => {
        if (platforms.every(({ running }) => fits(running.messages()))) shown.resolve();
      };
      const late = setTimeout(() => shown.reject(new Error(`not shown in time: ${what}`)), shownWithinMs);
      changed.add(look);
      look();
      try {
        await Promise.race([shown.promise, broken]);
      } finally {
        clearTimeout(late);
        changed.delete(look);
      }
    },
    quote: (pattern) => platforms.flatMap(({ plugin }) => plugin.findLine(pattern) ?? []),
    commands() {
      const ctl = `npx --yes pnpm@12 --silent auth-ctl --dir ${dir}`;
      return [
        `${ctl} --as requester create --roles editor --reason "my reason" --reviewers bob@example.com`,
        `${ctl} --as reviewer review <id> --approve --reason "go ahead"`,
        `${ctl} --as admin resolve <id> denied --reason "changed my mind"`,
        `${ctl} --as admin list`,
      ];
    },
    untilBroken: () => broken,
    async close() {
      closing.abort();
      for (const close of closers) await close();
    },
  };
}

const authSim = fileURLToPath(import.meta.resolve("@access-plugins/testing/auth-sim"));
const authCtl = fileURLToPath(import.meta.resolve("@access-plugins/testing/auth-ctl"));

async function startAuth(dir: string): Promise<{ child: Child; addr: string }> {
  const args = ["--dir", dir, "--listen", "127.0.0.1:0", "--expiry-interval", "1s"];
  const child = startChild("auth-sim", [authSim, ...args]);
  const line = await child.untilLine(/^ready /u, readyWithinMs);
  return { child, addr: line.slice("ready ".length) };
}

/** Resolves, so that stopping the demo is no failure. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("The demo was stopped.")), { once: true });
  });
}
