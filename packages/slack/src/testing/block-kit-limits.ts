import { z } from "zod";

/**
 * Block Kit as far as messages of access plugins use it, with the limits Slack documents
 * (https://docs.slack.dev/reference/block-kit, read 2026-11-21). Slack counts characters; here UTF-16 units, which are
 * never fewer.
 */
const text = (max: number) => z.string().min(1).max(max);

const plainText = (max: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: text(max), emoji: z.boolean().optional() });
const mrkdwnText = (max: number) =>
  z.strictObject({ type: z.literal("mrkdwn"), text: text(max), verbatim: z.boolean().optional() });
const textObject = (max: number) => z.discriminatedUnion("type", [plainText(max), mrkdwnText(max)]);

const button = z.strictObject({
  type: z.literal("button"),
  text: plainText(75),
  action_id: text(255).optional(),
  value: text(2_000).optional(),
  url: text(3_000).optional(),
  style: z.enum(["primary", "danger"]).optional(),
  accessibility_label: text(75).optional(),
});

const blockId = { block_id: text(255).optional() };

const header = z.strictObject({ type: z.literal("header"), text: plainText(150), ...blockId });
const divider = z.strictObject({ type: z.literal("divider"), ...blockId });
const section = z
  .strictObject({
    type: z.literal("section"),
    text: textObject(3_000).optional(),
    fields: z.array(textObject(2_000)).min(1).max(10).optional(),
    ...blockId,
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, "text or fields must be provided");
const context = z.strictObject({
  type: z.literal("context"),
  elements: z.array(textObject(3_000)).min(1).max(10),
  ...blockId,
});
const actions = z.strictObject({ type: z.literal("actions"), elements: z.array(button).min(1).max(25), ...blockId });

const block = z.discriminatedUnion("type", [header, divider, section, context, actions]);

export const blocksSchema = z.array(block).max(50);

/** One block of a message as Slack accepted it. */
export type Block = z.output<typeof block>;
export type TextObject = z.output<ReturnType<typeof textObject>>;

/** Over all blocks together; undocumented, reported at about this number (slackapi/bolt-js#2509). */
export const maxTotalText = 13_200;

/** The most characters `chat.update` takes as `text`. */
export const maxUpdateText = 4_000;

/** What `chat.postMessage` cuts `text` to. */
export const maxPostText = 40_000;

/** Every text object of the blocks, in reading order. */
export function textObjectsOf(blocks: readonly Block[]): readonly TextObject[] {
  return blocks.flatMap(textObjectsIn);
}

function textObjectsIn(part: Block): readonly TextObject[] {
  switch (part.type) {
    case "header":
      return [part.text];
    case "section":
      return [...(part.text ? [part.text] : []), ...(part.fields ?? [])];
    case "context":
      return part.elements;
    case "actions":
      return part.elements.map((element) => element.text);
    case "divider":
      return [];
  }
}

/** What Slack writes into `response_metadata.messages` for blocks it refuses. */
export function toSlackMessages(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => `[ERROR] ${toSlackWords(issue)} [json-pointer:/blocks/${issue.path.join("/")}]`);
}

function toSlackWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_big" && issue.origin === "string")
    return `must be less than ${Number(issue.maximum) + 1} characters`;
  if (issue.code === "too_small" && issue.origin === "string")
    return `must be more than ${Number(issue.minimum) - 1} characters`;
  if (issue.code === "too_big") return `no more than ${issue.maximum} items allowed`;
  if (issue.code === "invalid_union") return "unsupported type";
  return issue.message.toLowerCase();
}
