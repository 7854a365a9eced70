import {
  type Call,
  type Check,
  type Clock,
  type Log,
  PluginError,
  type RequestMessage,
  sleep,
  toSingleLine,
  truncate,
} from "@access-plugins/core";
import { checkTeams } from "./check.ts";
import { toMessenger } from "./messenger.ts";
import type { TeamsParts } from "./parts.ts";
import { type Place, toRecipient } from "./place.ts";
import { mustBeEnabled, readChannel, toForm } from "./recipients.ts";

/** One step on the way to a recipient. */
export interface Finding {
  readonly level: Check["level"];
  /** As a sentence or a line of facts, in the official plugin's words where it has some. */
  readonly message: string;
  readonly fix?: string;
}

interface Deps {
  readonly clock: Clock;
  readonly log: Log;
}

/** What was just installed may need so long until it can be written to. */
const patienceMs = 60_000;

export async function* inspectRecipient(
  parts: TeamsParts,
  raw: string,
  deps: Deps,
  call: Call,
): AsyncGenerator<Finding> {
  for await (const finding of checkTeams(parts, call)) {
    yield finding;
    if (finding.level === "error") return;
  }
  try {
    const place = yield* toForm(raw) === "channel" ? findChannel(parts, raw, call) : findPerson(parts, raw, deps, call);
    yield* sendTest(parts, place, deps, call);
  } catch (thrown) {
    yield toFinding(thrown);
  }
}

async function* findChannel(parts: TeamsParts, raw: string, call: Call): AsyncGenerator<Finding, Place> {
  const place = readChannel(raw, parts.config.tenant_id);
  yield ok(`Channel found: ${place.conversation} of the team ${place.owner}`);
  yield ok(`Application installation ID for recipient: ${await parts.teams.requireApp(place.owner, call)}`);
  yield ok(`Chat ID for recipient: ${place.conversation}`);
  return place;
}

async function* findPerson(parts: TeamsParts, raw: string, deps: Deps, call: Call): AsyncGenerator<Finding, Place> {
  // Says what is wrong with a form that is none.
  if (toForm(raw) !== "person") await parts.recipients.find(raw, "any", call);
  const { person, installation } = await parts.people.find(raw, call);
  const name = person.displayName ? ` (${truncate(toSingleLine(person.displayName), 80)})` : "";
  yield ok(`User ${raw} found: ${person.id}${name}`);
  mustBeEnabled(person, raw);
  const chat = yield* patiently(() => parts.chats.open(person.id, installation, call), deps, call);
  yield ok(`Application installation ID for recipient: ${chat.installation}`);
  yield ok(`Chat ID for recipient: ${chat.id}`);
  yield ok(`Chat web URL: ${chat.webUrl}`);
  return { kind: "person", conversation: chat.id, owner: person.id.toLowerCase() };
}

async function* sendTest(parts: TeamsParts, place: Place, deps: Deps, call: Call): AsyncGenerator<Finding> {
  const messenger = toMessenger(parts, deps);
  yield ok("Sending the message...");
  const sent = yield* patiently(() => messenger.post(toRecipient(place), sample(deps.clock), "", call), deps, call);
  yield ok(`Message sent, ID: ${sent["id"]}`);
  const reviewed = sampleReviewed(deps.clock);
  await messenger.edit(sent, reviewed, call);
  yield ok("Message edited");
}

/** Tries again while Teams settles, and says so. */
async function* patiently<T>(attempt: () => Promise<T>, { clock }: Deps, call: Call): AsyncGenerator<Finding, T> {
  const end = clock.monotonic() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = PluginError.from(thrown);
      if (error.code !== "unavailable" || error.retryAfterMs === undefined || clock.monotonic() >= end) throw error;
      yield { level: "warning", message: "Teams does not know of the new installation yet: trying again" };
      await sleep(clock, error.retryAfterMs, call.signal);
    }
  }
}

/** What keeps us from looking on is thrown; what was found is told. */
function toFinding(thrown: unknown): Finding {
  const error = PluginError.from(thrown);
  if (error.code === "aborted" || error.code === "internal") throw error;
  return { level: "error", message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
}

function ok(message: string): Finding {
  return { level: "ok", message };
}

/** The official plugin's example, marked as one. */
function sample(clock: Clock): RequestMessage {
  return {
    audience: "reviewer",
    form: "rich",
    requestId: "00000000-0000-0000-0000-000000000000",
    cluster: "local-cluster",
    user: "foo",
    kind: "unspecified",
    roles: [{ name: "editor" }],
    resources: [],
    reason: "Example request posted by 'validate' command.",
    status: "pending",
    resolveReason: "",
    reviews: [],
    times: { created: clock.now() },
    notes: ["This is a test message: nobody asks for access, and nothing has to be done."],
  };
}

function sampleReviewed(clock: Clock): RequestMessage {
  const created = clock.now();
  const reviews = [
    { author: "bar", state: "approved", reason: "Looks fine", created },
    { author: "baz", state: "denied", reason: "Not good", created },
  ] as const;
  return { ...sample(clock), status: "denied", reviews };
}
