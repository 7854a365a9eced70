import * as z from "zod";

const id = z.string().min(1);

/** What `users` tells about a person. */
export const userAnswer = z.object({
  id,
  displayName: z.string().nullish(),
  mail: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
});

export const usersAnswer = z.object({ value: z.array(userAnswer) });

/** Apps of the organisation's catalogue. `id` is the catalogue's, `externalId` the manifest's. */
export const appsAnswer = z.object({ value: z.array(z.object({ id, displayName: z.string().nullish() })) });

/** Installations of an app for a person or in a team; `id` is the installation's. */
export const installationsAnswer = z.object({ value: z.array(z.object({ id })) });

/** The chat between a person and the bot. */
export const chatAnswer = z.object({ id: z.string().regex(/^[\x21-\x7e]{1,300}$/u), webUrl: z.string().nullish() });

/** Parts of a `$batch`, in any order. */
export const batchAnswer = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number().int(),
      headers: z.record(z.string(), z.unknown()).nullish(),
      body: z.unknown(),
    }),
  ),
});

/** What the connector answers to a new message: it becomes part of a stored address, so it is bounded. */
export const activityAnswer = z.object({ id: z.string().regex(/^[\x21-\x7e]{1,64}$/u) });

/** The error bodies of Graph and of the connector's first form. */
export const errorAnswer = z.object({
  error: z.object({ code: z.string().default(""), message: z.string().default("") }),
});

/** The connector's second form; `message` may hold JSON with the real word. */
export const connectorErrorAnswer = z.object({ errorCode: z.number().optional(), message: z.string() });

/** The JSON inside such a message. */
export const subCodeAnswer = z.object({ subCode: z.string().default(""), details: z.string().nullish() });

/** How the login host refuses. */
export const loginErrorAnswer = z.object({
  error: z.string().default(""),
  error_description: z.string().default(""),
  error_codes: z.array(z.number()).default([]),
});

/** The part of an access token that names the application permissions an administrator has granted. */
export const tokenClaims = z.object({ roles: z.array(z.string()).default([]) });
