import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findSimulations } from "@access-plugins/testing/find-simulations";
import type { Simulation } from "@access-plugins/testing/simulation";
import type { OpenStage, Row, Size } from "./row.ts";
import { rows } from "./rows.ts";
import { openStage, type Stage } from "./stage.ts";
import { type Subject, toSubject } from "./subject.ts";
import { type Outcome, renderRow } from "./table.ts";

const help = `What the built plugins do with load and trouble, in figures. Build them first: pnpm build.

  pnpm bench                                  every row on every app
  pnpm bench --quick                          smaller numbers, a few minutes
  pnpm bench --app teleport-x --row burst     some of them; both may be repeated
  pnpm bench --peer "COMMAND {config}"        runs another program with the same configuration through the same rows,
                                              side by side; may be repeated
  pnpm bench --json FILE                      the figures for programs
  pnpm bench --list                           the rows
`;

const { values } = parseArgs({
  options: {
    app: { type: "string", multiple: true, default: [] },
    row: { type: "string", multiple: true, default: [] },
    peer: { type: "string", multiple: true, default: [] },
    json: { type: "string" },
    quick: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const apps = join(import.meta.dirname, "../..");
const print = (text: string) => void process.stdout.write(text);

if (values.help) print(help);
else if (values.list) print(`${rows.map(({ name, title }) => `${name.padEnd(18)}${title}`).join("\n")}\n`);
else await runAll(values.quick ? "quick" : "full");

async function runAll(size: Size): Promise<void> {
  const simulations = pick(await findSimulations(), values.app, ({ app }) => app);
  const chosen = pick(rows, values.row, ({ name }) => name);
  const results: object[] = [];
  for (const simulation of simulations) {
    print(`## ${simulation.app}, ${size}, ${new Date().toISOString()}\n\n`);
    for (const row of chosen) {
      const outcomes = await runRow(simulation, row, size);
      print(`${renderRow(simulation.title, row, outcomes)}\n`);
      results.push({ app: simulation.app, row: row.name, size, given: row.given, target: row.target, outcomes });
      if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
    }
  }
}

async function runRow({ app }: Simulation, row: Row, size: Size): Promise<Outcome[]> {
  const own: Subject = { label: app, command: [join(apps, app, "dist", app), "start", "--config", "{config}"] };
  const outcomes: Outcome[] = [];
  for (const subject of [own, ...values.peer.map(toSubject)]) {
    const stages: Stage[] = [];
    const open: OpenStage = async (audience) => {
      const stage = await openStage(app, subject, audience);
      stages.push(stage);
      return stage;
    };
    try {
      outcomes.push({ subject: subject.label, figures: await row.run(open, size) });
    } catch (thrown) {
      const fault = thrown instanceof Error ? thrown.message : String(thrown);
      outcomes.push({ subject: subject.label, figures: {}, fault });
      process.exitCode = 1;
    } finally {
      await Promise.all(stages.map((stage) => stage.close()));
    }
  }
  return outcomes;
}

/** All of them when no names are given; an unknown name is an error. */
function pick<T>(all: readonly T[], names: readonly string[], nameOf: (one: T) => string): readonly T[] {
  const unknown = names.filter((name) => !all.some((one) => nameOf(one) === name));
  if (unknown.length > 0) throw new Error(`${unknown.join(", ")}: known are ${all.map(nameOf).join(", ")}.`);
  return names.length === 0 ? all : all.filter((one) => names.includes(nameOf(one)));
}
