import { type Call, PluginError } from "@access-plugins/core";
import { createTeamsTools } from "@access-plugins/msteams/tooling";
import type { PluginCommand } from "@access-plugins/runtime";
import { toMessengerDeps } from "../messenger-deps.ts";
import { allRecipients } from "../recipients.ts";
import type { TeamsSession } from "../settings.ts";

const outcomes = {
  removed: "app removed",
  absent: "app was not installed",
  channel: "skipped: an owner of the team removes the app from it",
} as const;

/** Removes the app from everybody in the configuration, one result each; a failure stops nobody else's. */
export const uninstallCommand: PluginCommand<TeamsSession["settings"]> = {
  name: "uninstall",
  description: "Removes the Teams app from all configured recipients.",
  async runWith({ print, warn }, session) {
    const tools = createTeamsTools(session.settings.msapi, toMessengerDeps(session.deps));
    const call: Call = { signal: session.signal, lane: "uninstall", mayStart: () => true };
    const results = await Promise.all(
      allRecipients(session).map(async (recipient) => {
        try {
          print(` - ${recipient}: ${outcomes[await tools.uninstall(recipient, call)]}`);
          return true;
        } catch (thrown) {
          const { message, fix } = PluginError.from(thrown);
          print(` - ${recipient}: failed: ${message}${fix === undefined ? "" : `\n   fix: ${fix}`}`);
          return false;
        }
      }),
    );
    const failed = results.filter((done) => !done).length;
    if (failed > 0) {
      warn(
        `The following error(s) happened when uninstalling the Teams App: ${failed} of ${results.length} recipients, see above`,
      );
      return 1;
    }
    print("Successfully uninstalled app for all recipients");
    return 0;
  },
};
