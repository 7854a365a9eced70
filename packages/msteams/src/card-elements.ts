import { toUtcClock } from "@access-plugins/core";
import { jsonSize } from "./safe-text.ts";

/** The parts of Adaptive Cards 1.5 that we use (https://adaptivecards.io/explorer). Teams shows no newer version. */
export interface AdaptiveCard {
  readonly type: "AdaptiveCard";
  readonly $schema: "http://adaptivecards.io/schemas/adaptive-card.json";
  readonly version: "1.5";
  readonly fallbackText: string;
  readonly body: readonly Element[];
  readonly actions?: readonly OpenUrl[];
}

export type Element = TextBlock | RichTextBlock | ColumnSet | Container;

interface Placed {
  readonly spacing?: "none" | "small" | "medium";
  readonly separator?: boolean;
}

/** Parses Markdown and dates: holds our own words only. */
export interface TextBlock extends Placed {
  readonly type: "TextBlock";
  readonly text: string;
  readonly wrap: true;
  readonly size?: "small" | "large";
  readonly weight?: "bolder";
  readonly isSubtle?: boolean;
}

/** Shows text as it is: everything that people typed. */
export interface RichTextBlock extends Placed {
  readonly type: "RichTextBlock";
  readonly inlines: readonly TextRun[];
}

export interface TextRun {
  readonly type: "TextRun";
  readonly text: string;
  readonly weight?: "bolder";
  readonly fontType?: "monospace";
  readonly isSubtle?: boolean;
}

export interface ColumnSet extends Placed {
  readonly type: "ColumnSet";
  readonly columns: readonly Column[];
}

interface Column {
  readonly type: "Column";
  readonly width: string;
  readonly items: readonly Element[];
}

export interface Container extends Placed {
  readonly type: "Container";
  readonly style?: "accent" | "good" | "attention" | "warning" | "emphasis";
  readonly bleed?: boolean;
  readonly items: readonly Element[];
}

interface OpenUrl {
  readonly type: "Action.OpenUrl";
  readonly title: string;
  readonly url: string;
}

/** A line of our own words. */
export function words(text: string, look: Omit<TextBlock, "type" | "text" | "wrap"> = {}): TextBlock {
  return { type: "TextBlock", text, wrap: true, ...look };
}

/** A line of people's words. */
export function line(inlines: readonly TextRun[], look: Placed = {}): RichTextBlock {
  return { type: "RichTextBlock", ...look, inlines };
}

export function run(text: string, look: Omit<TextRun, "type" | "text"> = {}): TextRun {
  return { type: "TextRun", text, ...look };
}

/** A label beside what it names; one below the other where the screen is narrow. */
export function row(label: string, items: readonly Element[]): ColumnSet {
  return {
    type: "ColumnSet",
    spacing: "small",
    columns: [
      { type: "Column", width: "104px", items: [words(label, { isSubtle: true })] },
      { type: "Column", width: "stretch", items },
    ],
  };
}

/** Cards know years of four digits only. */
export function hasDateToken(time: Date): boolean {
  return time.getTime() >= 0 && time.getUTCFullYear() <= 9_999;
}

/** A time every reader sees in their own zone and way of writing, which names no zone; so the clock of UTC follows. */
export function dateToken(time: Date): string {
  const iso = `${time.toISOString().slice(0, 19)}Z`;
  return `{{DATE(${iso}, SHORT)}} {{TIME(${iso})}} (${toUtcClock(time)})`;
}

/** Characters an element takes in JSON. */
export function sizeOf(element: unknown): number {
  return typeof element === "string" ? jsonSize(element) : JSON.stringify(element).length + 1;
}
