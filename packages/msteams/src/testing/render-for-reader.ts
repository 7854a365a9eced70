import { z } from "zod";
import { withDates } from "./card-text.ts";

const activitySchema = z.object({
  text: z.string().optional(),
  attachments: z.array(z.object({ content: z.unknown() })).default([]),
});

type Node = z.output<typeof nodeSchema>;

const nodeSchema = z.looseObject({
  type: z.string(),
  text: z.string().default(""),
  items: z.array(z.unknown()).default([]),
  body: z.array(z.unknown()).default([]),
  columns: z.array(z.unknown()).default([]),
  inlines: z.array(z.union([z.string(), z.object({ text: z.string() })])).default([]),
  facts: z.array(z.object({ title: z.string(), value: z.string() })).default([]),
  actions: z.array(z.object({ title: z.string(), url: z.string().default("") })).default([]),
});

/**
 * What a person would see of a message, for a terminal: the card from top to bottom, columns side by side, times in UTC,
 * buttons with their address.
 */
export function renderForReader(activity: unknown): string {
  const { text, attachments } = activitySchema.parse(activity);
  const cards = attachments.flatMap(({ content }) => renderElement(content));
  return [...(text === undefined ? [] : [text]), ...cards].join("\n");
}

function renderElement(value: unknown): readonly string[] {
  const node = nodeSchema.parse(value);
  switch (node.type) {
    case "AdaptiveCard":
      return [...node.body.flatMap(renderElement), ...node.actions.map(({ title, url }) => `[ ${title} ] ${url}`)];
    case "Container":
    case "Column":
      return node.items.flatMap(renderElement);
    case "ColumnSet":
      return renderColumns(node);
    case "FactSet":
      return node.facts.map(({ title, value: fact }) => `${title}: ${fact}`);
    case "RichTextBlock":
      return [node.inlines.map((inline) => (typeof inline === "string" ? inline : inline.text)).join("")];
    default:
      return [withDates(node.text)];
  }
}

/** The first column stands before the first line of the second. */
function renderColumns({ columns }: Node): readonly string[] {
  const [label = [], ...others] = columns.map(renderElement);
  const [first = "", ...rest] = others.flat();
  const indent = " ".repeat(labelWidth);
  return [`${label.join(" ").padEnd(labelWidth)}${first}`, ...rest.map((line) => `${indent}${line}`)];
}

const labelWidth = 15;
