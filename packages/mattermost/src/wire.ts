import * as z from "zod";

// Both kinds become part of a stored address: bounded, and without the characters that separate addresses there.
const id = z.string().regex(/^[a-z0-9]{26}$/u);

/** What `users/me`, `users/{id}` and `users/email/{email}` tell about an account. `is_bot` is absent for people. */
export const userAnswer = z.object({
  id,
  username: z.string().default(""),
  delete_at: z.number().default(0),
  is_bot: z.boolean().default(false),
});

/** What every look-up of a channel tells. */
export const channelAnswer = z.object({ id, delete_at: z.number().default(0) });

/** Whoever gets an answer is a member. */
export const membershipAnswer = z.object({ channel_id: id, user_id: id });

/** What of a post matters to us. `pending_post_id` comes back as it was sent, and empty from a post that was there. */
export const postAnswer = z.object({
  id,
  user_id: id,
  channel_id: id,
  root_id: z.string().default(""),
  delete_at: z.number().default(0),
  pending_post_id: z.string().default(""),
});

/** The answer of a call of which only success matters. */
export const anyAnswer = z.object({});

const foundPost = postAnswer.extend({ props: z.record(z.string(), z.unknown()).nullish() });

/** A page of a channel, newest first in `order`. */
export const postListAnswer = z.object({ order: z.array(z.string()), posts: z.record(z.string(), foundPost) });

/** Health; `database_status` is absent without the flag and on old servers. */
export const pingAnswer = z.object({ status: z.string().default(""), database_status: z.string().optional() });

/** What of the client configuration decides about us. All values are strings; old servers lack some. */
export const clientConfigAnswer = z.object({
  Version: z.string().optional(),
  MaxPostSize: z.string().optional(),
  PostEditTimeLimit: z.string().optional(),
  ShowEmailAddress: z.string().optional(),
  RestrictDirectMessage: z.string().optional(),
});

/** Mattermost's own error body; anything else was written by somebody in between. */
export const appErrorAnswer = z.object({ id: z.string().min(1), status_code: z.number() });
