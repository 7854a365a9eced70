import { type ChildProcess, fork } from "node:child_process";

/** What a process offers to the one that started it; arguments and results are plain data. */
export type Service = Readonly<Record<string, (argument: never) => unknown>>;

/** The same service, seen from outside. */
export type Remote<S extends Service> = {
  readonly [K in keyof S]: (...argument: Parameters<S[K]>) => Promise<Awaited<ReturnType<S[K]>>>;
};

/** A service in a process of its own. */
export interface RemoteProcess<S extends Service> {
  readonly call: Remote<S>;
  readonly pid: number;
  /** Ends the process. */
  close(): void;
}

interface Answer {
  readonly number: number;
  readonly result?: unknown;
  readonly fault?: string;
}

interface Question {
  readonly number: number;
  readonly name: string;
  readonly argument: unknown;
}

/** The child's side: answers the parent's calls until the parent goes. `undefined` until the service is up. */
export function serveParent(service: Service): void {
  process.on("message", async ({ number, name, argument }: Question) => {
    try {
      const result = await service[name]?.(argument as never);
      process.send?.({ number, result } satisfies Answer);
    } catch (thrown) {
      const fault = thrown instanceof Error ? thrown.message : String(thrown);
      process.send?.({ number, fault } satisfies Answer);
    }
  });
  process.once("disconnect", () => process.exit());
  process.send?.({ number: 0 } satisfies Answer);
}

/** Starts the script at `path` and waits until it serves. */
export async function startRemote<S extends Service>(path: string, args: readonly string[]): Promise<RemoteProcess<S>> {
  const child = fork(path, args, { serialization: "advanced" });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  const ask = (number: number): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    waiting.set(number, answer);
    return answer.promise;
  };
  const up = ask(0);
  child.on("message", ({ number, result, fault }: Answer) => {
    const answer = waiting.get(number);
    waiting.delete(number);
    if (fault === undefined) answer?.resolve(result);
    else answer?.reject(new Error(fault));
  });
  child.once("close", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${path} ended with code ${code}.`));
  });
  await up;
  const call = (name: string, argument: unknown) => {
    last += 1;
    const answer = ask(last);
    child.send({ number: last, name, argument } satisfies Question);
    return answer;
  };
  return { call: toRemote<S>(call), pid: pidOf(child), close: () => void child.kill("SIGKILL") };
}

function toRemote<S extends Service>(call: (name: string, argument: unknown) => Promise<unknown>): Remote<S> {
  const get = (_: object, name: string | symbol) => (argument: unknown) => call(String(name), argument);
  // The names and types are those of the service, which is on the other side.
  return new Proxy({}, { get }) as Remote<S>;
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("The process did not start.");
  return pid;
}
