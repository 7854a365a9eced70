import { openDeadline } from "../base/deadline.ts";
import type { Call } from "../messenger.ts";
import type { RequestSource } from "../watch/request-index.ts";
import { findWanted, withEnrichment } from "./better-facts.ts";
import type { SessionContext } from "./session-context.ts";
import type { SessionState } from "./session-state.ts";

/**
 * How long first posts wait for look-ups: what a reader sees in a push notification is the first post, and a second is
 * not missed. Whatever comes later is shown by an edit.
 */
const firstPostWaitMs = 1_000;
/** How long look-ups may take in all before the session gives them up. */
const lookUpMs = 10_000;

/**
 * Looks up, beside everything else, what the messages of an open request show only in raw form. The state gets better
 * facts as they come; nothing is written for their sake alone, the next write carries them. The returned function ends it.
 */
export function startEnrichment(
  state: SessionState,
  source: RequestSource,
  context: SessionContext,
  call: Call,
  ring: () => void,
): () => void {
  const request = source.view()?.request;
  const wanted = request?.state === "pending" ? findWanted(state.facts, request, context.cluster().name) : undefined;
  if (wanted === undefined) return () => {};
  const { clock, enricher } = context;
  const stopping = new AbortController();
  const deadline = openDeadline(lookUpMs, AbortSignal.any([call.signal, stopping.signal]), clock);
  state.enriching = true;
  state.postNotBefore = clock.monotonic() + firstPostWaitMs;
  const looking = enricher.enrich(wanted, { ...call, signal: deadline.signal }, (found) => {
    state.facts = withEnrichment(state.facts, wanted.request, found);
    ring();
  });
  void looking.then(ended, (thrown: unknown) => {
    context.log.error("Looking up what messages show failed by a fault of ours", {
      request_id: source.id,
      error: thrown,
    });
    ended(Number.POSITIVE_INFINITY);
  });

  function ended(againInMs: number): void {
    deadline.close();
    state.enriching = false;
    state.enrichAgainMs = againInMs;
    state.postNotBefore = 0;
    ring();
  }

  return () => {
    if (state.enriching) stopping.abort();
  };
}
