import { z } from "zod";
import { AppError, forbidden, invalidBody } from "./app-error.ts";
import { attachmentsOf } from "./attachments.ts";
import { newId } from "./ids.ts";
import { param, type Route, type RouteCall, type RouteResult } from "./route.ts";
import { contentOf, type FakeChannel } from "./site.ts";

const dialogSchema = z.object({
  trigger_id: z.string(),
  url: z.string(),
  dialog: z.object({ callback_id: z.string(), state: z.string().default("") }),
});

const submissionSchema = z.object({
  url: z.string(),
  callback_id: z.string(),
  state: z.string().default(""),
  channel_id: z.string(),
  team_id: z.string().default(""),
  submission: z.record(z.string(), z.unknown()).default({}),
  cancelled: z.boolean().default(false),
});

/** Buttons and dialogs: the server hands on what a person does to the plugin, which has to answer 200 with JSON. */
export const actionRoutes: readonly Route[] = [
  { path: "POST posts/{id}/actions/{action}", session: true, run: click, sick: forbidden },
  { path: "POST actions/dialogs/open", session: false, run: openDialog },
  { path: "POST actions/dialogs/submit", session: true, run: submitDialog, sick: forbidden },
];

async function click(call: RouteCall): Promise<RouteResult> {
  const { site, caller } = call;
  const post = site.post(param(call, "id"));
  const channel = site.channel(post?.channelId ?? "");
  if (post === undefined || channel === undefined || !maySee(call, channel)) throw forbidden();
  const id = param(call, "action");
  const actions = attachmentsOf(contentOf(post).props).flatMap((attachment) => attachment.actions ?? []);
  const action = actions.find((candidate) => candidate.id === id);
  if (!action?.integration) throw new AppError(404, "api.post.do_action.action_id.app_error", "Invalid action id.");
  const trigger = newId();
  await tellPlugin(action.integration.url, {
    user_id: caller.id,
    user_name: caller.username,
    channel_id: channel.id,
    channel_name: channel.name,
    team_id: channel.teamId,
    team_domain: teamName(call, channel),
    post_id: post.id,
    trigger_id: Buffer.from(`${trigger}:${caller.id}:${call.now()}:signature`).toString("base64"),
    type: action.type,
    data_source: "",
    context: action.integration.context ?? {},
  });
  return { body: { status: "OK", trigger_id: trigger } };
}

/** In a public channel everybody of the team may click. */
function maySee({ site, caller }: RouteCall, channel: FakeChannel): boolean {
  const inTeam = site.teams.some((team) => team.id === channel.teamId && team.members.has(caller.id));
  return channel.members.has(caller.id) || (channel.kind === "O" && inTeam);
}

function teamName({ site }: RouteCall, channel: FakeChannel): string {
  return site.teams.find((team) => team.id === channel.teamId)?.name ?? "";
}

/** No session: the trigger id is the authority. */
function openDialog({ body }: RouteCall): RouteResult {
  const read = dialogSchema.safeParse(body);
  if (!read.success) throw invalidBody();
  const [, userId] = Buffer.from(read.data.trigger_id, "base64").toString("utf8").split(":");
  if (userId === undefined) {
    throw new AppError(
      400,
      "interactive_message.decode_trigger_id.base64_decode_failed",
      "Failed to decode trigger ID.",
    );
  }
  return { body: { status: "OK" } };
}

async function submitDialog(call: RouteCall): Promise<RouteResult> {
  const read = submissionSchema.safeParse(call.body);
  if (!read.success) throw invalidBody();
  const { url, ...submission } = read.data;
  const channel = call.site.channel(submission.channel_id);
  if (channel === undefined || !maySee(call, channel)) throw forbidden();
  // Whoever is signed in has submitted it, whatever the client says.
  await tellPlugin(url, { type: "dialog_submission", ...submission, user_id: call.caller.id });
  return { body: {} };
}

/** Whatever goes wrong, the person gets the same answer. */
async function tellPlugin(url: string, body: object): Promise<void> {
  const failed = new AppError(400, "api.post.do_action.action_integration.app_error", "Action integration error.");
  const headers = {
    "content-type": "application/json",
    accept: "application/json",
    "user-agent": "Mattermost-Bot/1.1",
  };
  try {
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), redirect: "error" });
    const text = await response.text();
    if (response.status === 200 && (text === "" || typeof JSON.parse(text) === "object")) return;
  } catch (cause) {
    failed.cause = cause;
  }
  throw failed;
}
