import { spawn } from "node:child_process";

/** A program that is measured: ours, or one to compare with. */
export interface Subject {
  readonly label: string;
  /** `{config}` stands for the path of the configuration. */
  readonly command: readonly string[];
}

/** A running subject. */
export interface Running {
  readonly pid: number;
  /** When it was started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Ends it without a word and waits. */
  kill(): Promise<void>;
  /** What it printed last, for error texts. */
  lastWords(): string;
}

const keptCharacters = 4_000;

/** `COMMAND {config}` as one text, in words separated by spaces. */
export function toSubject(command: string): Subject {
  const words = command.trim().split(/\s+/u);
  if (!words.includes("{config}")) throw new Error(`Write where the configuration goes: "${command} {config}".`);
  return { label: words[0]?.split("/").at(-1) ?? command, command: words };
}

export function startSubject({ command }: Subject, config: string): Running {
  const [file = "", ...args] = command.map((word) => (word === "{config}" ? config : word));
  const startedAt = Date.now();
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-keptCharacters);
    });
  }
  child.on("error", (error) => {
    words += error.message;
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    pid: child.pid ?? 0,
    startedAt,
    lastWords: () => words,
    kill() {
      child.kill("SIGKILL");
      return closed;
    },
  };
}
