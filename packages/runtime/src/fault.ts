import { escapeControls } from "./control-characters.ts";
import type { KeyPath, Position } from "./toml-positions.ts";

/** One finding about a configuration: what is wrong, where, and what to do about it. */
export interface Fault {
  /** An error keeps the plugin from starting, a warning does not. */
  readonly level: "error" | "warning";
  /** Where in the configuration file; undefined when nothing in it is near the fault. */
  readonly position?: Position | undefined;
  /** What is wrong. Names the key; never holds a secret. */
  readonly message: string;
  /** What to do, in the imperative. */
  readonly fix: string;
}

/** Collects faults and finds their places, so that the checks speak of keys only. */
export interface FaultList {
  error(path: KeyPath, message: string, fix: string): void;
  warn(path: KeyPath, message: string, fix: string): void;
  /** In the order of the file; what has no place comes last. */
  list(): readonly Fault[];
}

/** `positionOf` knows where a key is written; a missing key is shown at the table it is missing from. */
export function createFaultList(positionOf: (path: KeyPath) => Position | undefined): FaultList {
  const faults: Fault[] = [];
  const add = (level: Fault["level"], path: KeyPath, message: string, fix: string) => {
    faults.push({ level, position: nearestPosition(path, positionOf), message, fix });
  };
  return {
    error: (path, message, fix) => add("error", path, message, fix),
    warn: (path, message, fix) => add("warning", path, message, fix),
    list: () => faults.toSorted((a, b) => rank(a) - rank(b)),
  };
}

/**
 * The faults as text for a terminal, one paragraph each, in the form that editors and compilers use:
 *
 *     /etc/x.toml:3:1: error: missing required value x.token.
 *         fix: …
 */
export function renderFaults(file: string, faults: readonly Fault[]): string {
  return faults.map((fault) => renderFault(file, fault)).join("\n");
}

/** `2 errors and 1 warning`. */
export function countFaults(faults: readonly Fault[]): string {
  const errors = faults.filter((fault) => fault.level === "error").length;
  const counts = [plural(errors, "error"), plural(faults.length - errors, "warning")];
  return counts.filter((count) => !count.startsWith("0 ")).join(" and ");
}

/** A path as TOML would write it: `role_to_recipients."*"[1]`. */
export function renderKey(path: KeyPath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      const key = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}

function renderFault(file: string, { level, position, message, fix }: Fault): string {
  const place = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return `${escapeControls(place)}: ${level}: ${escapeControls(message)}\n    fix: ${escapeControls(fix)}`;
}

function nearestPosition(path: KeyPath, positionOf: (path: KeyPath) => Position | undefined): Position | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const position = positionOf(path.slice(0, length));
    if (position !== undefined) return position;
  }
  return undefined;
}

/** Lines are limited by the file's size, so this orders by line, then column. */
function rank({ position }: Fault): number {
  return position === undefined ? Number.MAX_SAFE_INTEGER : position.line * 2 ** 21 + position.column;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
