import * as z from "zod";
import { parseListenAddress } from "./listen-address.ts";
import { logSettingsSchema } from "./log-settings.ts";
import { teleportSettingsSchema } from "./teleport-settings.ts";

const recipientsSchema = z.union([z.string(), z.array(z.string())]);

/** The settings every plugin has, beside those of its platform. */
export const commonSettingsShape = {
  teleport: teleportSettingsSchema,
  log: logSettingsSchema,
  routing: z
    .object({
      max_suggested_reviewers: z
        .int()
        .nonnegative()
        .default(50)
        .describe("The most suggested reviewers of one request that are told; the message shows how many were not"),
    })
    .describe("Who is told"),
  messages: z
    .object({
      notify_requester: z
        .boolean()
        .default(true)
        .describe("Tell the requester the outcome in a message of their own, where the platform knows them"),
      status_reactions: z
        .boolean()
        .default(true)
        .describe("Put a reaction for the outcome on every message, where the platform lets bots react"),
    })
    .describe("What is sent besides the messages to reviewers"),
  access_lists: z
    .object({
      reminders: z.boolean().default(true).describe("Remind the owners of access lists of reviews that are due"),
    })
    .describe("Access lists"),
  diagnostics: z
    .object({
      listen_addr: z
        .string()
        .optional()
        .transform((text, context) => (text ? toListenAddress(text, context) : undefined))
        .describe(
          "`host:port` of the health and metrics endpoints `/livez`, `/readyz` and `/metrics`; off when not set",
        ),
    })
    .describe("Health and metrics"),
};

/** `role_to_recipients` for the documentation and the known keys; `role-map.ts` reads it with the official texts. */
export const roleMapSchema = z
  .record(z.string(), recipientsSchema)
  .optional()
  .describe('Role name to one recipient or a list; `"*"` serves every role without an entry of its own');

function toListenAddress(text: string, context: z.core.$RefinementCtx<string | undefined>) {
  const address = parseListenAddress(text);
  if (address !== undefined) return address;
  const fix = 'write `host:port`, such as "127.0.0.1:8081", or ":8081" for every address of this machine';
  context.issues.push({
    code: "custom",
    message: `"${text}" is no address to listen on`,
    params: { fix },
    input: text,
  });
  return z.NEVER;
}
