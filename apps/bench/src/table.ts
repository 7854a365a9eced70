import type { Row } from "./row.ts";
import type { Figures } from "./stage.ts";

/** What one subject did in one row; a fault instead of figures when it could not be measured. */
export interface Outcome {
  readonly subject: string;
  readonly figures: Figures;
  readonly fault?: string;
}

/** One row as Markdown: preconditions, target, one column for each subject and ratios to the first. */
export function renderRow(platform: string, row: Row, outcomes: readonly Outcome[]): string {
  const [own, ...others] = outcomes;
  const names = [...new Set(outcomes.flatMap(({ figures }) => Object.keys(figures)))];
  const head = ["figure", ...outcomes.map(({ subject }) => subject), ...others.map(({ subject }) => `x ${subject}`)];
  const lines = names.map((name) => [
    name,
    ...outcomes.map(({ figures }) => String(figures[name] ?? "-")),
    ...others.map(({ figures }) => toRatio(own?.figures[name], figures[name])),
  ]);
  const faults = outcomes.flatMap(({ subject, fault }) => (fault === undefined ? [] : [`${subject}: ${fault}\n`]));
  return [
    `### ${row.name}: ${row.title}\n`,
    `${platform}; ${row.given}. To reach: ${row.target}.\n`,
    ...[head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`),
    "",
    ...faults,
  ].join("\n");
}

/** How many times the other's figure ours is. */
function toRatio(own: number | string | undefined, other: number | string | undefined): string {
  if (typeof own !== "number" || typeof other !== "number" || other === 0) return "-";
  return (own / other).toFixed(2);
}
