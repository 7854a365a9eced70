import type { Call } from "@access-plugins/core";
import type { MsteamsConfig } from "./config.ts";
import { type Finding, inspectRecipient } from "./inspection.ts";
import { type MsteamsMessengerDeps, wireTeams } from "./parts.ts";
import { toForm } from "./recipients.ts";

export type { Finding } from "./inspection.ts";
export { type Permission, permissions } from "./permissions.ts";

/** What the commands of `teleport-msteams` need beyond a messenger. */
export interface TeamsTools {
  /**
   * Walks the whole way to one recipient and says what it finds at each step: sign-in, permissions, app, person or
   * channel, installation, chat; then it sends a test message and edits it. Ends at the first finding that is an error.
   * Throws only for what prevents looking (network, 5xx).
   */
  inspect(raw: string, call: Call): AsyncIterable<Finding>;
  /**
   * Removes the app from a person: `removed`, or `absent` when it was not there. `channel`: nothing was done, only a
   * team's owners remove an app from it.
   */
  uninstall(raw: string, call: Call): Promise<"removed" | "absent" | "channel">;
}

export function createTeamsTools(config: MsteamsConfig, deps: MsteamsMessengerDeps): TeamsTools {
  const parts = wireTeams(config, deps);
  return {
    inspect: (raw, call) => inspectRecipient(parts, raw.trim(), deps, call),
    async uninstall(raw, call) {
      if (toForm(raw.trim()) === "channel") return "channel";
      const { person } = await parts.people.find(raw.trim(), call);
      return (await parts.chats.uninstall(person.id, call)) ? "removed" : "absent";
    },
  };
}
