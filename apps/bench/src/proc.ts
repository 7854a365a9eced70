import { readFileSync } from "node:fs";

/** What Linux tells of a process. */
export interface Usage {
  /** User and system time so far, in seconds; it counts in steps of 10 ms. */
  readonly cpu: number;
  /** Resident now and at the most, in MiB. */
  readonly rss: number;
  readonly peak: number;
  /** What is its own of `rss`: the rest is its executable, in the page cache, which all that run it share. */
  readonly own: number;
}

const ticksPerSecond = 100;

/** Reads `/proc`; throws when the process is gone. */
export function readUsage(pid: number): Usage {
  // The second field is the name in brackets and may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /u, "")
    .split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "mu").exec(status)?.[1] ?? 0) / 1_024;
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    rss: mib("VmRSS"),
    peak: mib("VmHWM"),
    own: mib("RssAnon"),
  };
}
