#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from "commander";
import { findSimulations } from "../find-simulations.ts";
import type { Simulation } from "../simulation.ts";
import { type FaultKind, faultKinds } from "./fault-kinds.ts";
import { isGood, isTimely, renderReport } from "./report.ts";
import { runChaos } from "./run-chaos.ts";
import { noticedFaults, type Turns } from "./turns.ts";

interface Flags {
  readonly seed: number;
  readonly minutes: number;
  readonly app?: string;
  readonly replicas?: number;
  readonly only?: FaultKind[];
  readonly turns?: Turns;
}

const program = new Command("chaos")
  .description(
    "Plays requests and faults on the real plugins against a simulated Teleport and simulated platforms, and judges by the platforms' own messages that nobody was lost, nothing is stale and nobody was told twice without a call to blame.",
  )
  .option("--seed <n>", "the same seed is the same schedule", toWhole, Math.floor(Math.random() * 1_000_000))
  .option("--minutes <m>", "how long things go wrong, for each app", toPositive, 1)
  .option("--app <name>", "only this app; default: all of them")
  .option("--replicas <r>", "processes of each plugin; default: 1 to 3, by the seed; with --turns 1", toWhole)
  .addOption(new Option("--only <kinds...>", "only these faults").choices(faultKinds))
  .option(
    "--turns <kind=n...>",
    `so many faults of these kinds one after the other, each when the plugin is ready again, instead of --minutes; kinds: ${noticedFaults.join(", ")}`,
    toTurns,
  )
  .action(run);

/** Failures end with exit code 1; the seed that found them stands in the report. */
async function run({ seed, minutes, app, turns, only, ...flags }: Flags): Promise<void> {
  const replicas = flags.replicas ?? (turns === undefined ? 1 + (seed % 3) : 1);
  const scheduled = { durationMs: minutes * 60_000, ...(only === undefined ? {} : { only }) };
  for (const simulation of await findApps(app)) {
    const report = await runChaos(simulation, { seed, replicas, ...(turns === undefined ? scheduled : { turns }) });
    process.stdout.write(`${renderReport(simulation.app, report).join("\n")}\n`);
    if (!isGood(report) || !isTimely(report)) process.exitCode = 1;
  }
}

async function findApps(name: string | undefined): Promise<readonly Simulation[]> {
  const all = await findSimulations();
  const found = all.filter(({ app }) => name === undefined || app === name);
  if (found.length > 0) return found;
  throw new InvalidArgumentError(`There is no app ${name}; there are ${all.map(({ app }) => app).join(", ")}.`);
}

function toWhole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Write a whole number above 0.");
  return value;
}

function toTurns(text: string, before: Turns = {}): Turns {
  const [name, count = ""] = text.split("=");
  const fault = noticedFaults.find((one) => one === name);
  if (fault === undefined) throw new InvalidArgumentError(`Write kind=n; kinds are ${noticedFaults.join(", ")}.`);
  return { ...before, [fault]: toWhole(count) };
}

function toPositive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("Write a number above 0.");
  return value;
}

await program.parseAsync();
