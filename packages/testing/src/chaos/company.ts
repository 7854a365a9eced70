import type { Child } from "../child-process.ts";
import type { Theatre } from "../theatre.ts";

/** The plugin's processes: started again when they end, as a supervisor does it. */
export interface Company {
  /** A process by a number between 0 and 1; undefined when none runs. */
  pick(dice: number): Child | undefined;
  /** Those that run now. */
  all(): readonly Child[];
  /** SIGKILL; another one starts after a pause. */
  kill(child: Child, pauseMs: number): Promise<void>;
  /** SIGKILL; another one starts at once under a wall clock that is `ms` off, to and fro. */
  restartUnderClock(child: Child, ms: number): Promise<void>;
  pause(child: Child): void;
  resume(child: Child): void;
  /** How often a process ended by itself, and what it said last. */
  readonly ended: readonly string[];
  /** Wakes all, and waits until each of them is ready. */
  calm(timeoutMs: number): Promise<void>;
  /** Asks all to stop; gives their exit codes. */
  stop(): Promise<readonly (number | null)[]>;
  /** Everything they printed about this. */
  quote(text: string): readonly string[];
}

const skewedClock = new URL("./skewed-clock.ts", import.meta.url);

export function createCompany(
  theatre: Pick<Theatre, "spawn">,
  replicas: number,
  note: (text: string) => void,
): Company {
  const running = new Set<Child>();
  const everybody: Child[] = [];
  const ended: string[] = [];
  let closed = false;

  function start(nodeArgs: readonly string[] = []): void {
    if (closed) return;
    const child = theatre.spawn([], nodeArgs);
    everybody.push(child);
    running.add(child);
    note(`process ${child.pid} starts`);
    void child.closed.then((code) => {
      // Those that were killed have left the set before.
      if (!running.delete(child)) return;
      ended.push(`process ${child.pid} ended with code ${code}: ${child.lines.slice(-3).join(" | ")}`);
      note(`process ${child.pid} ended by itself with code ${code}`);
      start();
    });
  }

  async function kill(child: Child): Promise<void> {
    running.delete(child);
    note(`process ${child.pid} is killed`);
    await child.kill();
  }

  for (let count = 0; count < replicas; count += 1) start();

  return {
    ended,
    all: () => [...running],
    pick: (dice) => [...running][Math.floor(dice * running.size)],
    async kill(child, pauseMs) {
      await kill(child);
      setTimeout(start, pauseMs);
    },
    async restartUnderClock(child, ms) {
      await kill(child);
      start(["--import", `${skewedClock.href}?ms=${ms}`]);
    },
    pause(child) {
      note(`process ${child.pid} is stopped`);
      child.pause();
    },
    resume(child) {
      note(`process ${child.pid} goes on`);
      child.resume();
    },
    async calm(timeoutMs) {
      for (const child of running) child.resume();
      await Promise.all([...running].map((child) => child.untilLine(/Plugin is ready/u, timeoutMs)));
    },
    stop() {
      closed = true;
      const last = [...running];
      running.clear();
      return Promise.all(last.map((child) => child.stop()));
    },
    quote: (text) =>
      everybody.flatMap(({ pid, lines }) =>
        lines.filter((line) => line.includes(text)).map((line) => `${pid}: ${line}`),
      ),
  };
}
