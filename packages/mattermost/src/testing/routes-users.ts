import { AppError } from "./app-error.ts";
import { param, type Route, type RouteCall, type RouteResult } from "./route.ts";
import type { FakeUser } from "./site.ts";
import { toWireUser } from "./wire-objects.ts";

const missing = (status: number) => new AppError(status, "app.user.missing_account.const", "Unable to find the user.");

export const userRoutes: readonly Route[] = [
  {
    path: "GET users/me",
    session: true,
    run: (call) => withEtag(call, call.caller, true),
    sick: () => missing(500),
  },
  {
    path: "GET users/email/{email}",
    session: true,
    run: (call) => withEtag(call, findByEmail(call, param(call, "email")), false),
    // The id of "not found", with a status that is not.
    sick: () => missing(500),
  },
  {
    path: "GET users/username/{name}",
    session: true,
    run: (call) => withEtag(call, findByName(call, param(call, "name")), false),
    sick: () => missing(500),
  },
  {
    path: "GET users/{id}",
    session: true,
    run: (call) => withEtag(call, findById(call, param(call, "id")), false),
    sick: () => missing(404),
  },
];

function findByEmail({ site, settings }: RouteCall, email: string): FakeUser {
  if (!settings.showEmailAddress) {
    throw new AppError(403, "api.user.get_user_by_email.permissions.app_error", "You do not have permission.");
  }
  if (!email.includes("@")) throw new AppError(400, "api.context.invalid_url_param.app_error", "Invalid parameter.");
  const wanted = email.toLowerCase();
  const found = site.findUser((user) => user.email.toLowerCase() === wanted);
  if (found !== undefined) return found;
  if (settings.autoCreate) return site.addUser({ email });
  throw missing(404);
}

function findByName({ site }: RouteCall, name: string): FakeUser {
  if (name !== name.toLowerCase()) {
    throw new AppError(400, "api.context.invalid_body_param.app_error", "Invalid or missing parameter.");
  }
  const found = site.findUser((user) => user.username === name);
  if (found === undefined) throw new AppError(404, "app.user.get_by_username.app_error", "Unable to find the user.");
  return found;
}

function findById({ site }: RouteCall, id: string): FakeUser {
  const found = site.user(id);
  if (found === undefined) throw missing(404);
  return found;
}

function withEtag({ settings }: RouteCall, user: FakeUser, toSelf: boolean): RouteResult {
  const etag = `${settings.version}.${user.id}.${user.createdAt}..0.true.true.0`;
  return { body: toWireUser(user, toSelf), headers: { etag } };
}
