import type { Answer, HostRequest } from "@access-plugins/testing/fake-http";
import { z } from "zod";
import { emptyAnswer, jsonAnswer, parseJson, refusal } from "./answer.ts";
import { type Comparison, parseFilter } from "./odata-filter.ts";
import type { FakeTenant, FakeUser, InstallDelay } from "./tenant.ts";
import type { RateCounter, Rates } from "./throttle.ts";
import type { Tokens } from "./tokens.ts";

export interface GraphWorld {
  readonly tenant: FakeTenant;
  readonly tokens: Tokens;
  readonly rates: RateCounter;
  readonly settings: { rates: Rates; installDelay: InstallDelay; autoCreate: boolean };
}

/** One kind of call: who may make it and what it does. */
export interface GraphRoute {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  /** One of these application permissions. */
  readonly roles: readonly string[];
  answer(world: GraphWorld, keys: readonly string[], request: HostRequest): Answer;
}

const userApps = ["TeamsAppInstallation.ReadWriteSelfForUser.All", "TeamsAppInstallation.ReadWriteForUser.All"];
const teamApps = ["TeamsAppInstallation.ReadWriteSelfForTeam.All", "TeamsAppInstallation.ReadWriteForTeam.All"];
const users = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];
const catalogue = ["AppCatalog.Read.All", "AppCatalog.ReadWrite.All"];

/** Every kind a notifier needs. */
export const graphRoutes: readonly GraphRoute[] = [
  { operation: "apps", method: "GET", path: /^\/appCatalogs\/teamsApps$/iu, roles: catalogue, answer: listApps },
  { operation: "users", method: "GET", path: /^\/users$/u, roles: users, answer: listUsers },
  { operation: "user", method: "GET", path: /^\/users\/([^/]+)$/u, roles: users, answer: getUser },
  {
    operation: "installedApps",
    method: "GET",
    path: /^\/users\/([^/]+)\/teamWork\/installedApps$/iu,
    roles: userApps,
    answer: listInstalledApps,
  },
  {
    operation: "install",
    method: "POST",
    path: /^\/users\/([^/]+)\/teamWork\/installedApps$/iu,
    roles: userApps,
    answer: installApp,
  },
  {
    operation: "uninstall",
    method: "DELETE",
    path: /^\/users\/([^/]+)\/teamWork\/installedApps\/([^/]+)$/iu,
    roles: userApps,
    answer: uninstallApp,
  },
  {
    operation: "chat",
    method: "GET",
    path: /^\/users\/([^/]+)\/teamWork\/installedApps\/([^/]+)\/chat$/iu,
    roles: userApps,
    answer: getChat,
  },
  {
    operation: "teamApps",
    method: "GET",
    path: /^\/teams\/([^/]+)\/installedApps$/u,
    roles: teamApps,
    answer: listTeamApps,
  },
];

function listApps({ tenant }: GraphWorld, _keys: readonly string[], { query }: HostRequest): Answer {
  const filter = parseFilter(query.get("$filter") ?? "");
  if (filter === undefined) return badFilter();
  const isMatch = (app: Readonly<Record<string, string>>) => filter.some(({ field, value }) => app[field] === value);
  return list(
    tenant.apps.filter((app) => isMatch({ ...app })).map(({ name, ...app }) => ({ ...app, displayName: name })),
  );
}

function listUsers(world: GraphWorld, _keys: readonly string[], { query }: HostRequest): Answer {
  const filter = parseFilter(query.get("$filter") ?? "");
  if (filter === undefined) return badFilter();
  const { tenant, settings } = world;
  const matches = () => tenant.users.filter((user) => filter.some((comparison) => isUser(user, comparison)));
  const [mail] = filter.filter(({ field }) => field === "mail");
  if (settings.autoCreate && mail !== undefined && matches().length === 0) tenant.addUser({ mail: mail.value });
  return list(matches().map(toUserBody));
}

function isUser(user: FakeUser, { field, value }: Comparison): boolean {
  const same = (text: string) => text.toLowerCase() === value.toLowerCase();
  if (field === "mail") return same(user.mail);
  if (field === "userPrincipalName") return same(user.upn);
  if (field === "id") return same(user.id);
  return field === "proxyAddresses" && [user.mail, ...user.aliases].some((alias) => same(`smtp:${alias}`));
}

function getUser({ tenant }: GraphWorld, [key = ""]: readonly string[]): Answer {
  const user = tenant.findUser(key);
  return user === undefined ? unknownUser(key) : jsonAnswer(toUserBody(user));
}

function toUserBody({ id, mail, upn, name, enabled }: FakeUser): object {
  return { id, displayName: name, mail, userPrincipalName: upn, accountEnabled: enabled };
}

function listInstalledApps({ tenant }: GraphWorld, [key = ""]: readonly string[], { query }: HostRequest): Answer {
  const user = tenant.findUser(key);
  if (user === undefined || !user.licensed) return unknownUser(key);
  const filter = parseFilter(query.get("$filter") ?? "");
  if (filter === undefined || query.get("$expand") !== "teamsApp") return badFilter();
  const installation = tenant.findInstallation(user);
  if (installation === undefined || !tenant.apps.some((app) => isApp(app.id, filter))) return list([]);
  if (installation.hiddenReads > 0) {
    installation.hiddenReads -= 1;
    return list([]);
  }
  return list([{ id: installation.id }]);
}

function isApp(id: string, filter: readonly Comparison[]): boolean {
  return filter.some(({ field, value }) => field === "teamsApp/id" && value === id);
}

const installSchema = z.strictObject({ "teamsApp@odata.bind": z.string() });
const bindForm = /^https:\/\/graph\.microsoft\.com\/v1\.0\/appCatalogs\/teamsApps\/([^/]+)$/u;

function installApp({ tenant, settings }: GraphWorld, [key = ""]: readonly string[], request: HostRequest): Answer {
  const user = tenant.findUser(key);
  if (user === undefined || !user.licensed) return unknownUser(key);
  if (!/^application\/json\b/u.test(request.headers["content-type"] ?? "")) {
    return refusal(400, "BadRequest", "Write requests must contain the Content-Type header declaration.");
  }
  const read = installSchema.safeParse(parseJson(request.body));
  const appId = read.success ? bindForm.exec(read.data["teamsApp@odata.bind"])?.[1] : undefined;
  if (appId === undefined) return refusal(400, "BadRequest", "Invalid body.");
  if (!tenant.apps.some((app) => app.id === appId)) return refusal(404, "NotFound", "App not found in the catalog.");
  if (tenant.findInstallation(user) !== undefined) {
    return refusal(409, "Conflict", "App already installed for the user.");
  }
  tenant.install(user, settings.installDelay);
  return emptyAnswer(201);
}

function uninstallApp({ tenant }: GraphWorld, [key = "", id = ""]: readonly string[]): Answer {
  const user = tenant.findUser(key);
  const installation = user && tenant.findInstallation(user);
  if (installation?.id !== id) return refusal(404, "NotFound", "The app installation was not found.");
  tenant.uninstall(installation);
  return emptyAnswer(204);
}

function getChat({ tenant }: GraphWorld, [key = "", id = ""]: readonly string[]): Answer {
  const user = tenant.findUser(key);
  const installation = user && tenant.findInstallation(user);
  if (installation?.id !== id) return refusal(404, "NotFound", "The app installation was not found.");
  const webUrl = `https://teams.microsoft.com/l/chat/${encodeURIComponent(installation.conversation)}/0`;
  return jsonAnswer({ id: installation.conversation, chatType: "oneOnOne", webUrl });
}

function listTeamApps({ tenant }: GraphWorld, [id = ""]: readonly string[], { query }: HostRequest): Answer {
  const team = tenant.findTeam(id);
  if (team === undefined) return refusal(404, "NotFound", `No team found with Group Id ${id}`);
  const filter = parseFilter(query.get("$filter") ?? "");
  if (filter === undefined || query.get("$expand") !== "teamsApp") return badFilter();
  const isThere = team.hasApp && tenant.apps.some((app) => isApp(app.id, filter));
  return list(isThere ? [{ id: `team-install-${id}` }] : []);
}

function list(value: readonly object[]): Answer {
  return jsonAnswer({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata", value });
}

function unknownUser(key: string): Answer {
  return refusal(404, "Request_ResourceNotFound", `Resource '${key}' does not exist or one of its references is not.`);
}

function badFilter(): Answer {
  return refusal(400, "Request_BadRequest", "Invalid filter clause.");
}
