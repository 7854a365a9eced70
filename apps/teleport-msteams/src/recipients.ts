import type { TeamsSession } from "./settings.ts";

/** Every recipient in the configuration, once. */
export function allRecipients({ routes }: Pick<TeamsSession, "routes">): readonly string[] {
  return [...new Set(Object.values(routes.roleToRecipients).flat())];
}
