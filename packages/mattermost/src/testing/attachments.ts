import { z } from "zod";
import { newId } from "./ids.ts";

// As Go reads them: null and absent are the empty value, a wrong type is an error.
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const slackBool = z
  .union([z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")])
  .nullish()
  .transform((value) => value ?? false);

const fieldSchema = z.object({
  title: text,
  value: z
    .unknown()
    .optional()
    .transform((value) => value ?? null),
  short: slackBool,
});

const actionSchema = z.object({
  id: text.transform((id) => (id === "" ? newId() : id)),
  type: text,
  name: text,
  disabled: z.boolean().optional(),
  style: z.string().optional(),
  integration: z.object({ url: text, context: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});

const attachmentSchema = z.object({
  id: z
    .number()
    .int()
    .nullish()
    .transform((value) => value ?? 0),
  fallback: text,
  color: text,
  pretext: text,
  author_name: text,
  author_link: text,
  author_icon: text,
  title: text,
  title_link: text,
  text,
  fields: z
    .array(fieldSchema)
    .nullish()
    .transform((fields) => fields ?? null),
  image_url: text,
  thumb_url: text,
  footer: text,
  footer_icon: text,
  ts: z
    .unknown()
    .optional()
    .transform((value) => value ?? null),
  actions: z.array(actionSchema).optional(),
});

const attachmentsSchema = z.array(attachmentSchema);

export type FakeAttachment = z.output<typeof attachmentSchema>;

type Props = Readonly<Record<string, unknown>>;

/** What the server stores of a post's properties: one wrong type anywhere drops all attachments without a word. */
export function toStoredProps(props: Props): Props {
  if (!("attachments" in props)) return props;
  const { attachments, ...rest } = props;
  const read = attachmentsSchema.safeParse(attachments);
  return read.success ? { ...rest, attachments: read.data } : rest;
}

export function attachmentsOf(props: Props): readonly FakeAttachment[] {
  const read = attachmentsSchema.safeParse(props["attachments"] ?? []);
  return read.success ? read.data : [];
}

/** What answers show: where a button leads is in none of them. */
export function withoutIntegrations(props: Props): Props {
  if (!("attachments" in props)) return props;
  const attachments = attachmentsOf(props).map(({ actions, ...attachment }) => ({
    ...attachment,
    ...(actions === undefined ? {} : { actions: actions.map(({ integration: _, ...action }) => action) }),
  }));
  return { ...props, attachments };
}
