import { z } from "zod";

/**
 * Adaptive Cards 1.5 as its documentation has it (https://adaptivecards.io/explorer), for the elements a notifier may
 * use and with no property beyond: strict, so that a typing error cannot pass as "unknown, ignored". Shares no code with
 * what makes our cards.
 */
const spacing = z.enum(["default", "none", "small", "medium", "large", "extraLarge", "padding"]);
const color = z.enum(["default", "dark", "light", "accent", "good", "warning", "attention"]);
const style = z.enum(["default", "emphasis", "good", "attention", "warning", "accent"]);
const size = z.enum(["default", "small", "medium", "large", "extraLarge"]);
const weight = z.enum(["default", "lighter", "bolder"]);
const fontType = z.enum(["default", "monospace"]);
const alignment = z.enum(["left", "center", "right"]);
const webAddress = z.string().regex(/^https?:\/\//u);

const placed = {
  id: z.string().optional(),
  spacing: spacing.optional(),
  separator: z.boolean().optional(),
  isVisible: z.boolean().optional(),
  height: z.enum(["auto", "stretch"]).optional(),
};

const caseless = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === "string" ? value.charAt(0).toLowerCase() + value.slice(1) : value), schema);

const look = {
  size: caseless(size).optional(),
  weight: caseless(weight).optional(),
  color: caseless(color).optional(),
  isSubtle: z.boolean().optional(),
  fontType: caseless(fontType).optional(),
};

const textBlock = z.strictObject({
  type: z.literal("TextBlock"),
  ...placed,
  ...look,
  text: z.string().min(1),
  wrap: z.boolean().optional(),
  maxLines: z.number().int().positive().optional(),
  horizontalAlignment: alignment.optional(),
  style: z.enum(["default", "heading"]).optional(),
});

const textRun = z.strictObject({
  type: z.literal("TextRun"),
  ...look,
  text: z.string().min(1),
  highlight: z.boolean().optional(),
  italic: z.boolean().optional(),
  strikethrough: z.boolean().optional(),
  underline: z.boolean().optional(),
});

const richTextBlock = z.strictObject({
  type: z.literal("RichTextBlock"),
  ...placed,
  inlines: z.array(z.union([z.string(), textRun])).min(1),
  horizontalAlignment: alignment.optional(),
});

const factSet = z.strictObject({
  type: z.literal("FactSet"),
  ...placed,
  facts: z.array(z.strictObject({ title: z.string(), value: z.string() })).min(1),
});

const openUrl = z.strictObject({
  type: z.literal("Action.OpenUrl"),
  id: z.string().optional(),
  title: z.string().min(1),
  url: webAddress,
  style: z.enum(["default", "positive", "destructive"]).optional(),
  tooltip: z.string().optional(),
});

const column = z.strictObject({
  type: z.literal("Column"),
  ...placed,
  get items() {
    return z.array(element);
  },
  width: z.union([z.number().positive(), z.enum(["auto", "stretch"]), z.string().regex(/^\d+px$/u)]).optional(),
  style: style.optional(),
  verticalContentAlignment: z.enum(["top", "center", "bottom"]).optional(),
});

const columnSet = z.strictObject({
  type: z.literal("ColumnSet"),
  ...placed,
  columns: z.array(column).min(1),
  style: style.optional(),
  bleed: z.boolean().optional(),
});

const container = z.strictObject({
  type: z.literal("Container"),
  ...placed,
  get items() {
    return z.array(element).min(1);
  },
  style: style.optional(),
  bleed: z.boolean().optional(),
});

const element: z.ZodType = z.lazy(() =>
  z.discriminatedUnion("type", [textBlock, richTextBlock, factSet, columnSet, container]),
);

const card = z.strictObject({
  type: z.literal("AdaptiveCard"),
  $schema: z.string().optional(),
  // Teams shows no newer one.
  version: z.enum(["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]),
  fallbackText: z.string().optional(),
  speak: z.string().optional(),
  body: z.array(element).min(1),
  actions: z.array(openUrl).max(6).optional(),
});

/** What is wrong with a card; undefined when nothing is. */
export function findCardFault(content: unknown): string | undefined {
  const read = card.safeParse(content);
  return read.success ? undefined : z.prettifyError(read.error);
}
