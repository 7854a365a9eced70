import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, type ExtraEnvironment, startChild } from "./child-process.ts";
import { createFakeAuthService, type FakeAuthService } from "./fake-auth-service/fake-auth-service.ts";
import type { FakeAuthServiceOptions } from "./fake-auth-service/options.ts";
import type { RunningSimulation, SimulatedMessage, SimulatedRecipient, Simulation } from "./simulation.ts";

/** A simulated Auth Service and a simulated platform in this process; the plugin runs in processes of its own. */
export interface Theatre {
  readonly auth: FakeAuthService;
  readonly platform: RunningSimulation;
  /** Path of the plugin's identity file. */
  readonly identity: string;
  /** A folder of its own; the identity and the configuration are in it. */
  readonly dir: string;
  /** Changes the configuration of whatever starts from now on. */
  editConfig(edit: (toml: string) => string): Promise<void>;
  /** Starts the real plugin and waits until it is ready. */
  start(env?: ExtraEnvironment): Promise<Child>;
  /** Starts it and does not wait. `nodeArgs` are Node's own flags. */
  spawn(extraArgs?: readonly string[], nodeArgs?: readonly string[], env?: ExtraEnvironment): Child;
  /** Messages about one request, by place. */
  about(id: string): readonly SimulatedMessage[];
  /** Waits until the request is shown in so many places with this word. */
  untilShown(id: string, word: string, places: number, timeoutMs?: number): Promise<void>;
  /** Everything all processes printed. */
  printed(): string;
  close(): Promise<void>;
}

export interface TheatreOptions {
  readonly roles?: Readonly<Record<string, readonly SimulatedRecipient[]>>;
  /** The requester has an account on the platform as well. */
  readonly withRequester?: boolean;
  readonly resources?: FakeAuthServiceOptions["resources"];
  /** Where the Auth Service listens. Default `127.0.0.1`. */
  readonly host?: string;
}

const readyWithinMs = 60_000;

const people = [
  { name: "Bob", email: "bob@example.com" },
  { name: "Carol", email: "carol@example.com" },
];
const requester = { name: "Alice", email: "alice@example.com" };

/** Three channels, so that a process can die between two posts. */
const threeChannels = { "*": [{ channel: "alpha" }, { channel: "beta" }, { channel: "gamma" }] } as const;

export async function openTheatre(simulation: Simulation, options: TheatreOptions = {}): Promise<Theatre> {
  const dir = await mkdtemp(join(tmpdir(), "access-plugins-test-"));
  const { resources = [], withRequester = false, roles = threeChannels, host = "127.0.0.1" } = options;
  const auth = await createFakeAuthService({ enterprise: false, expiryIntervalMs: 500, resources, host });
  const identity = join(dir, "identity");
  await writeFile(identity, await auth.identityFile(), { mode: 0o600 });
  const accounts = withRequester ? [...people, requester] : people;
  const platform = await simulation.start({ addr: auth.address, identity, dir, people: accounts, roles });
  const children: Child[] = [];

  const spawn: Theatre["spawn"] = (extraArgs = [], nodeArgs = [], env = {}) => {
    const child = startChild(simulation.app, [...nodeArgs, simulation.entry, ...platform.args, ...extraArgs], env);
    children.push(child);
    return child;
  };

  const about = (id: string) => platform.messages().filter(({ text }) => text.includes(id));
  const shows = (message: SimulatedMessage, word: string) => message.text.toUpperCase().includes(word);

  return {
    auth,
    platform,
    identity,
    dir,
    async editConfig(edit) {
      const [, , config = ""] = platform.args;
      await writeFile(`${config}.new`, edit(await readFile(config, "utf8")), { mode: 0o600 });
      await rename(`${config}.new`, config);
    },
    spawn,
    async start(env) {
      const child = spawn([], [], env);
      await child.untilLine(/Plugin is ready/u, readyWithinMs);
      return child;
    },
    about,
    untilShown: (id, word, places, timeoutMs) =>
      platform.untilMessages(() => about(id).filter((message) => shows(message, word)).length >= places, timeoutMs),
    printed: () => children.flatMap(({ lines }) => lines).join("\n"),
    async close() {
      await Promise.all(children.map((child) => child.kill()));
      await platform.close();
      auth.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
