import { type Call, type Clock, PluginError } from "@access-plugins/core";
import type { GraphClient } from "./client/graph.ts";
import { operationBuckets } from "./limits.ts";
import { createLookupCache } from "./lookup-cache.ts";
import { quote, toFilter } from "./odata.ts";
import { appsAnswer } from "./wire.ts";

/** Our Teams app as the organisation's catalogue knows it. */
interface CatalogueApp {
  /** The catalogue's own id, which is not the one in the manifest. */
  readonly id: string;
  readonly name: string;
}

export interface Catalogue {
  /** Throws `app_not_installed` when the catalogue does not have the app. */
  findApp(call: Call): Promise<CatalogueApp>;
}

const lifetimeMs = 60 * 60_000;

export function createCatalogue(graph: GraphClient, teamsAppId: string, clock: Clock): Catalogue {
  const apps = createLookupCache<CatalogueApp>(lifetimeMs, clock);

  async function list(field: "externalId" | "id", call: Call): Promise<readonly CatalogueApp[]> {
    const path = `/appCatalogs/teamsApps?${toFilter(`${field} eq ${quote(teamsAppId)}`)}`;
    const operation = "graph.getApp";
    const answer = await graph.get({ operation, buckets: operationBuckets(operation), path }, appsAnswer, call);
    return answer.value.map(({ id, displayName }) => ({ id, name: displayName ?? "" }));
  }

  /** Apps of the public store have no external id: their one id is the catalogue's. */
  async function findApp(call: Call): Promise<CatalogueApp> {
    const uploaded = await list("externalId", call);
    const [app, ...others] = uploaded.length > 0 ? uploaded : await list("id", call);
    if (app !== undefined && others.length === 0) return app;
    throw app === undefined ? missing(teamsAppId) : ambiguous(teamsAppId);
  }

  return { findApp: (call) => apps.get(teamsAppId, call, () => findApp(call)) };
}

function missing(id: string): PluginError {
  return new PluginError("app_not_installed", `Application ${id} not found in the org app store.`, {
    operation: "graph.getApp",
    reason: "app_missing",
    fix: "Upload app.zip (written by `configure`) in the Teams admin center under Manage apps, and check that msapi.teams_app_id is the `id` in its manifest.",
  });
}

function ambiguous(id: string): PluginError {
  return new PluginError("app_not_installed", `There is more than one app having externalID eq ${id}.`, {
    operation: "graph.getApp",
    reason: "app_ambiguous",
    fix: "Remove the apps of that id you do not use in the Teams admin center, or upload one with an id of its own.",
  });
}
