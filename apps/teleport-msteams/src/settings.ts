import { msteamsConfigSchema } from "@access-plugins/msteams";
import type { Session, SettingsOf } from "@access-plugins/runtime";
import * as z from "zod";

/** The platform's part of the configuration. */
export const settings = {
  preload: z
    .boolean()
    .default(false)
    .describe("Look every recipient of `[role_to_recipients]` up at start and say who cannot be told."),
  msapi: msteamsConfigSchema,
};

/** What commands and preparations work on. */
export type TeamsSession = Session<SettingsOf<typeof settings>>;
