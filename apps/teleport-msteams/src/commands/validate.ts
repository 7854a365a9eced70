import { createTeamsTools } from "@access-plugins/msteams/tooling";
import type { PluginCommand } from "@access-plugins/runtime";
import { toMessengerDeps } from "../messenger-deps.ts";
import type { TeamsSession } from "../settings.ts";

/** Walks the way to one recipient and prints every step; exit code 1 when one of them fails. */
export function validateCommand(version: () => string): PluginCommand<TeamsSession["settings"]> {
  return {
    name: "validate",
    description: "Validate bot installation: looks everything up and sends a test message.",
    args: [{ name: "recipient", description: "UserID, email or channel to notify" }],
    async runWith({ args, print }, session) {
      const { msapi } = session.settings;
      const tools = createTeamsTools(msapi, toMessengerDeps(session.deps));
      print(version());
      print("");
      print(` - Checking application ${msapi.teams_app_id} status...`);
      let failed = false;
      const call = { signal: session.signal, lane: "validate", mayStart: () => true };
      for await (const { level, message, fix } of tools.inspect(args["recipient"] ?? "", call)) {
        print(level === "ok" ? ` - ${message}` : ` - ${level.toUpperCase()}: ${message}`);
        if (fix !== undefined) print(`   fix: ${fix}`);
        failed ||= level === "error";
      }
      if (failed) return 1;
      print("");
      print("Check your MS Teams!");
      return 0;
    },
  };
}
