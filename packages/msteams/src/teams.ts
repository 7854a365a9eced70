import { type Call, type Clock, PluginError } from "@access-plugins/core";
import type { Catalogue } from "./catalogue.ts";
import type { GraphClient } from "./client/graph.ts";
import { objectBuckets } from "./limits.ts";
import { createLookupCache } from "./lookup-cache.ts";
import { quote, toFilter } from "./odata.ts";
import { installationsAnswer } from "./wire.ts";

/** The teams whose channels we write to. */
export interface Teams {
  /** Throws `app_not_installed` when the app is not in the team: without it the bot cannot write there. */
  requireApp(team: string, call: Call): Promise<string>;
}

const lifetimeMs = 10 * 60_000;

export function createTeams(graph: GraphClient, catalogue: Catalogue, clock: Clock): Teams {
  const installations = createLookupCache<string>(lifetimeMs, clock);

  async function findInstallation(team: string, call: Call): Promise<string> {
    const app = await catalogue.findApp(call);
    const query = `$expand=teamsApp&${toFilter(`teamsApp/id eq ${quote(app.id)}`)}`;
    const operation = "graph.getTeamApps";
    const path = `/teams/${team}/installedApps?${query}`;
    const answer = await graph.get(
      { operation, buckets: objectBuckets(operation, team), path },
      installationsAnswer,
      call,
    );
    const [installation] = answer.value;
    if (installation === undefined) throw missing(team, app.name);
    return installation.id;
  }

  return { requireApp: (team, call) => installations.get(team, call, () => findInstallation(team, call)) };
}

function missing(team: string, name: string): PluginError {
  return new PluginError("app_not_installed", `App for team ${team} not found: the bot cannot write to its channels.`, {
    operation: "graph.getTeamApps",
    reason: "app_not_in_team",
    fix: `Add the app ${name === "" ? "" : `"${name}" `}to the team: in Teams, open the team's menu, Manage team, Apps, More apps.`,
  });
}
