import type { Route, RouteCall, RouteResult } from "./route.ts";

export const systemRoutes: readonly Route[] = [
  { path: "GET system/ping", session: false, run: ping },
  { path: "GET config/client", session: true, run: readConfig },
];

/** Without `use_rest_semantics` a sick server answers 500. */
function ping({ settings, query }: RouteCall): RouteResult {
  const clients = {
    ActiveSearchBackend: "database",
    AndroidLatestVersion: "",
    AndroidMinVersion: "",
    IosLatestVersion: "",
    IosMinVersion: "",
  };
  if (!query.get("get_server_status")) return { body: { ...clients, status: "OK" } };
  const database = settings.database === "ok" ? "OK" : "UNHEALTHY";
  const health = { database_status: database, filestore_status: "OK", status: database };
  const status = database === "OK" || query.get("use_rest_semantics") === "true" ? 200 : 500;
  return { status, body: { ...clients, ...health }, headers: health };
}

/** All values are strings. */
function readConfig({ settings }: RouteCall): RouteResult {
  return {
    body: {
      Version: settings.version,
      EnableBotAccountCreation: "true",
      MaxPostSize: String(settings.maxPostSize),
      PostEditTimeLimit: String(settings.postEditTimeLimit),
      ShowEmailAddress: String(settings.showEmailAddress),
      RestrictDirectMessage: settings.restrictDirectMessage,
      EnableLinkPreviews: "true",
      EnablePostUsernameOverride: "false",
    },
  };
}
