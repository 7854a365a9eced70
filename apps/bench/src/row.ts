import type { Audience, Figures, Stage } from "./stage.ts";

/** `quick`: smaller numbers, to see that a row works and roughly how it stands. */
export type Size = "full" | "quick";

/** One line of the bench: a situation, and what has to come of it. */
export interface Row {
  /** For `--row`. */
  readonly name: string;
  readonly title: string;
  /** What holds: limits, latency of each call, recipients, look-ups. */
  readonly given: string;
  /** What has to be reached, in full size. */
  readonly target: string;
  run(open: OpenStage, size: Size): Promise<Figures>;
}

/** Opens a stage of the row's own; it is closed for the row. */
export type OpenStage = (audience: Audience) => Promise<Stage>;
