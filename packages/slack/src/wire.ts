import * as z from "zod";

/** What `auth.test` tells about the token; `scopes` are those of the header `x-oauth-scopes`. */
export const authTestAnswer = z.object({
  team: z.string().default(""),
  user: z.string().default(""),
  bot_id: z.string().optional(),
  scopes: z.array(z.string()).optional(),
});

/** What `users.lookupByEmail` and `users.info` tell about a person. */
export const userAnswer = z.object({
  user: z.object({
    id: z.string().min(1),
    deleted: z.boolean().default(false),
  }),
});

// Both become part of a stored address: bounded, and without the characters that separate addresses there.
const addressPart = z.string().regex(/^(?=[\x21-\x7e]{1,32}$)[^/,]+$/u);

/** Where `chat.postMessage` and `chat.update` put the message: the real channel id, also for a post to a person. */
export const messageAnswer = z.object({ channel: addressPart, ts: addressPart });

/** The answer of a method of which only success matters. */
export const emptyAnswer = z.object({});

/** What a refusal tells beyond its code. */
export const refusalDetails = z.object({
  error: z.string().regex(/^[a-z_]{1,64}$/u),
  needed: z.string().optional(),
  response_metadata: z.object({ messages: z.array(z.string()).optional() }).default({}),
});
