import type { ServerResponse } from "node:http";
import { type Answer, jsonAnswer, rateLimitedAnswer, send, spoil } from "./answer.ts";
import { apiMethods } from "./api-methods.ts";
import { type ApiArguments, type RawRequest, readArguments } from "./arguments.ts";
import type { Barriers } from "./barriers.ts";
import type { CallJournal, CallRecord } from "./call-journal.ts";
import type { Changes } from "./changes.ts";
import { carriesOut, type FaultScript } from "./faults.ts";
import type { RateCounter } from "./rates.ts";
import { SlackRefusal } from "./refusal.ts";
import { requireScope, type Tokens } from "./tokens.ts";
import { createWhatIsMissing, type FakeWorkspace } from "./workspace.ts";

/** What a call meets on its way; the settings can change between calls. */
export interface CallPath {
  readonly workspace: FakeWorkspace;
  readonly tokens: Tokens;
  readonly journal: CallJournal;
  readonly faults: FaultScript;
  readonly barriers: Barriers;
  readonly changes: Changes;
  readonly settings: { latencyMs: number; rates: RateCounter; autoCreate: boolean };
}

/** Carries one call of the Web API from its last byte to the end of its answer. */
export async function handleCall(
  path: CallPath,
  method: string,
  request: RawRequest,
  response: ServerResponse,
): Promise<void> {
  const given = readOrRefuse(method, request);
  const values = given instanceof SlackRefusal ? {} : given.values;
  const record = path.journal.open(method, request.url, values);
  const gone = watchClient(record, response, path.changes);
  path.changes.notify();
  await sleep(path.settings.latencyMs);
  await path.barriers.pass(record, "before", gone);
  if (gone.aborted) return;
  const fault = path.faults.take(record);
  const answer = fault === undefined || carriesOut(fault) ? carryOut(path, given, record) : jsonAnswer({}, "");
  path.changes.notify();
  await path.barriers.pass(record, "after", gone);
  if (gone.aborted) return;
  send(fault === undefined ? answer : spoil(fault, answer, request), record, response);
  path.changes.notify();
}

function readOrRefuse(method: string, request: RawRequest): ApiArguments | SlackRefusal {
  try {
    return readArguments(request, apiMethods.get(method)?.takesJson ?? true);
  } catch (thrown) {
    if (thrown instanceof SlackRefusal) return thrown;
    throw thrown;
  }
}

/** Aborts when the connection is gone before the answer was complete. */
function watchClient(record: CallRecord, response: ServerResponse, changes: Changes): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    record.endedAt = Date.now();
    record.abandoned = !response.writableFinished;
    if (record.abandoned) gone.abort();
    changes.notify();
  });
  return gone.signal;
}

function carryOut(path: CallPath, given: ApiArguments | SlackRefusal, record: CallRecord): Answer {
  const method = apiMethods.get(record.method);
  const headers: Record<string, string> = {};
  try {
    if (given instanceof SlackRefusal) throw given;
    if (method === undefined) throw new SlackRefusal("unknown_method", { req_method: record.method });
    const scopes = path.tokens.authenticate(given.token);
    Object.assign(headers, { "x-oauth-scopes": scopes.join(","), "x-accepted-oauth-scopes": method.scopes.join(",") });
    requireScope(method.scopes, scopes);
    const wait = path.settings.rates.refuse(record.method, method.rate, record.channel);
    if (wait !== undefined) return rateLimitedAnswer(String(wait));
    if (path.settings.autoCreate) createWhatIsMissing(path.workspace, given.values);
    const body = method.run(path.workspace, given.values);
    record.accepted = true;
    return jsonAnswer({ ok: true, ...body }, "ok", headers);
  } catch (thrown) {
    if (!(thrown instanceof SlackRefusal)) throw thrown;
    return jsonAnswer({ ok: false, error: thrown.slackCode, ...thrown.details }, thrown.slackCode, headers);
  }
}

function sleep(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}
