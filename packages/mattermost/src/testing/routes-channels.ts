import { z } from "zod";
import { AppError, forbidden, invalidBody } from "./app-error.ts";
import { param, type Route, type RouteCall, type RouteResult } from "./route.ts";
import type { FakeChannel, FakeTeam, FakeUser } from "./site.ts";
import { toWireChannel, toWireMembership } from "./wire-objects.ts";

const anId = z.string().regex(/^[a-z0-9]{26}$/u);

export const channelRoutes: readonly Route[] = [
  {
    path: "GET teams/name/{team}/channels/name/{channel}",
    session: true,
    run: (call) => ({ body: toWireChannel(findByNames(call)) }),
    // A true one ends with `.missing.app_error`.
    sick: () => new AppError(404, "app.team.get_by_name.app_error", "Unable to find the existing team."),
  },
  {
    path: "POST channels/direct",
    session: true,
    run: openDirect,
    sick: () => new AppError(500, "app.channel.create_direct_channel.internal_error", "Could not create the channel."),
  },
  {
    path: "GET channels/{id}",
    session: true,
    run: (call) => ({ body: toWireChannel(findById(call)) }),
    sick: () => new AppError(404, "app.channel.get.existing.app_error", "Unable to find the existing channel."),
  },
  {
    path: "GET channels/{id}/members/me",
    session: true,
    run(call) {
      const channel = call.site.channel(param(call, "id"));
      if (!channel?.members.has(call.caller.id)) throw forbidden();
      return { body: toWireMembership(channel, call.caller) };
    },
    sick: forbidden,
  },
  {
    path: "POST channels/{id}/members",
    session: true,
    run: join,
    sick: forbidden,
  },
];

function findByNames(call: RouteCall): FakeChannel {
  const team = findTeam(call, param(call, "team"));
  const name = param(call, "channel");
  const channel = call.site.findChannel(team.id, name) ?? createWanted(call, team, name);
  const hidden = channel?.kind === "P" && !channel.members.has(call.caller.id);
  const archived = (channel?.deletedAt ?? 0) > 0 && call.query.get("include_deleted") !== "true";
  if (channel === undefined || hidden || archived) {
    throw new AppError(404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.");
  }
  return channel;
}

function findTeam(call: RouteCall, name: string): FakeTeam {
  const { site, settings, caller } = call;
  const team = site.team(name) ?? (settings.autoCreate ? site.addTeam(name) : undefined);
  if (settings.autoCreate) team?.members.add(caller.id);
  if (team === undefined) {
    throw new AppError(404, "app.team.get_by_name.missing.app_error", "Unable to find the existing team.");
  }
  if (!team.members.has(caller.id)) throw forbidden();
  return team;
}

function createWanted({ site, settings, caller }: RouteCall, team: FakeTeam, name: string): FakeChannel | undefined {
  return settings.autoCreate ? site.addChannel({ team, name, members: [caller] }) : undefined;
}

function findById(call: RouteCall): FakeChannel {
  const { site, caller } = call;
  const channel = site.channel(param(call, "id"));
  if (channel === undefined) {
    throw new AppError(404, "app.channel.get.existing.app_error", "Unable to find the existing channel.");
  }
  if (!channel.members.has(caller.id) && !(channel.kind === "O" && isInTeam(call, channel))) throw forbidden();
  return channel;
}

function isInTeam({ site, caller }: RouteCall, channel: FakeChannel): boolean {
  return site.teams.some((team) => team.id === channel.teamId && team.members.has(caller.id));
}

function openDirect(call: RouteCall): RouteResult {
  const { site, settings, caller, body } = call;
  const ids = z.array(z.string()).min(1).max(2).safeParse(body);
  if (!ids.success) throw new AppError(400, "api.payload.parse.error", "Unable to parse the payload.");
  if (!z.array(anId).safeParse(ids.data).success) throw invalidBody();
  const [first = caller.id, second = caller.id] = ids.data;
  if (first !== caller.id && second !== caller.id) throw forbidden();
  const other = site.user(first === caller.id ? second : first);
  if (other === undefined) {
    throw new AppError(400, "api.channel.create_direct_channel.invalid_user.app_error", "Invalid user ID.");
  }
  const existing = site.channels.find(
    (channel) => channel.kind === "D" && channel.members.has(caller.id) && channel.members.has(other.id),
  );
  if (existing === undefined && settings.restrictDirectMessage === "team" && !shareTeam(call, other)) {
    throw new AppError(403, "api.channel.create_channel.direct_channel.team_restricted_error", "Not in the same team.");
  }
  return { status: 201, body: toWireChannel(site.openDirect(caller, other)) };
}

/** Whether the caller and the other are in one team. */
export function shareTeam({ site, caller }: RouteCall, other: FakeUser): boolean {
  return site.teams.some((team) => team.members.has(caller.id) && team.members.has(other.id));
}

function join(call: RouteCall): RouteResult {
  const channel = findById(call);
  const wanted = z.object({ user_id: anId }).safeParse(call.body);
  if (!wanted.success) throw invalidBody();
  if (wanted.data.user_id !== call.caller.id) throw forbidden();
  channel.members.add(call.caller.id);
  return { status: 201, body: toWireMembership(channel, call.caller) };
}
