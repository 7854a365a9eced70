import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program of ours in a process of its own. */
export interface Child {
  readonly pid: number;
  /** What it printed, both streams in the order of arrival; the oldest lines go. */
  readonly lines: readonly string[];
  /** Resolves with the line; rejects when the process ends or `timeoutMs` passes before. */
  untilLine(pattern: RegExp, timeoutMs: number): Promise<string>;
  /** The same, of what it prints from now on. */
  nextLine(pattern: RegExp, timeoutMs: number): Promise<string>;
  /** The first line so far that fits. */
  findLine(pattern: RegExp): string | undefined;
  /** Rejects when the process ends by itself. */
  readonly ended: Promise<never>;
  /** Asks it to stop and waits; gives the exit code. */
  stop(): Promise<number | null>;
  /** Ends it without a word (SIGKILL) and waits. */
  kill(): Promise<void>;
  /** It stands still (SIGSTOP): its connections stay open, its clocks go on. */
  pause(): void;
  resume(): void;
  /** Waits until it ends by itself; gives the exit code. */
  readonly closed: Promise<number | null>;
}

/** The last lines are kept, so that a program that ends can be quoted. */
const keptLines = 2_000;
const quotedLines = 20;

/** Environment variables beyond those of this process. */
export type ExtraEnvironment = Readonly<Record<string, string>>;

/** Starts `node ...args`. `name` is for error texts. */
export function startChild(name: string, args: readonly string[], extra: ExtraEnvironment = {}): Child {
  const env = { ...process.env, ...extra };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      for (const listener of listeners) listener(line);
    });
  }
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const ended = closed.then((code): never => {
    throw new Error(`${name} ended with code ${code}:\n${lines.slice(-quotedLines).join("\n")}`);
  });
  ended.catch(() => {});

  async function waitForLine(pattern: RegExp, timeoutMs: number, printed: readonly string[]): Promise<string> {
    const found = Promise.withResolvers<string>();
    const listen = (line: string) => void (pattern.test(line) && found.resolve(line));
    const late = () =>
      found.reject(new Error(`${name} did not say ${pattern} in time:\n${lines.slice(-quotedLines).join("\n")}`));
    const timer = setTimeout(late, timeoutMs);
    listeners.add(listen);
    printed.forEach(listen);
    try {
      return await Promise.race([found.promise, ended]);
    } finally {
      clearTimeout(timer);
      listeners.delete(listen);
    }
  }

  return {
    pid: child.pid ?? 0,
    lines,
    closed,
    ended,
    findLine: (pattern) => lines.find((line) => pattern.test(line)),
    untilLine: (pattern, timeoutMs) => waitForLine(pattern, timeoutMs, lines),
    nextLine: (pattern, timeoutMs) => waitForLine(pattern, timeoutMs, []),
    stop() {
      child.kill("SIGTERM");
      return closed;
    },
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
  };
}

/** Runs a program to its end and gives what it printed; its own words are the error. */
export async function runChild(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error((await err).trim() || `ended with code ${code}`);
  return (await out).trim();
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
