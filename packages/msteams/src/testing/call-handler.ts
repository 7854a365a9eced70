import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { type Answer, emptyAnswer, send, spoil } from "./answer.ts";
import type { Barriers } from "./barriers.ts";
import type { CallJournal, CallRecord } from "./call-journal.ts";
import type { Changes } from "./changes.ts";
import { type CallShape, carriesOut, type FaultScript, type Host } from "./faults.ts";

/** What a call meets on its way; the settings can change between calls. */
export interface CallPath {
  readonly journal: CallJournal;
  readonly faults: FaultScript;
  readonly barriers: Barriers;
  readonly changes: Changes;
  readonly settings: { latencyMs: number };
}

/** A request with its body read. */
export interface RawRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One of the fake's three services. */
export interface Service {
  readonly host: Host;
  /** What kind of call this is, and about whom. */
  classify(request: RawRequest): Omit<CallShape, "host">;
  /** Carries it out. */
  answer(request: RawRequest): Answer;
}

/** Carries one call from its last byte to the end of its answer. */
export async function handleCall(
  path: CallPath,
  service: Service,
  request: RawRequest,
  response: ServerResponse,
): Promise<void> {
  const record = path.journal.open({
    host: service.host,
    ...service.classify(request),
    method: request.method,
    url: request.url.pathname + request.url.search,
    body: parseJson(request.text),
  });
  const gone = watchClient(record, response, path.changes);
  path.changes.notify();
  await sleep(path.settings.latencyMs);
  await path.barriers.pass(record, "before", gone);
  if (gone.aborted) return;
  const fault = path.faults.take(record);
  const answer = fault === undefined || carriesOut(fault) ? carryOut(service, request, record) : emptyAnswer(200);
  path.changes.notify();
  await path.barriers.pass(record, "after", gone);
  if (gone.aborted) return;
  send(fault === undefined ? answer : spoil(fault, answer, request.headers), record, response);
  path.changes.notify();
}

function carryOut(service: Service, request: RawRequest, record: CallRecord): Answer {
  const answer = service.answer(request);
  record.accepted = answer.status < 300;
  return answer;
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

/** Undefined for what is no JSON: forms hold secrets and are not kept. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sleep(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}
