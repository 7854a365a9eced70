import type { CallRecord as AuthCall } from "../fake-auth-service/grpc/call-journal.ts";
import type { SimulatedCall } from "../simulation.ts";

/** One thing that happened in a run. */
interface Entry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
  /** The request it is about; absent: all of them. */
  readonly request?: string;
}

/** What a run did, and what was seen of it at Teleport and at the platform. */
export interface Chronicle {
  note(text: string, request?: string): void;
  /** Everything about one request in the order of time: what people and faults did, reads and writes, chat calls. */
  tell(request: string): readonly string[];
}

export interface ChronicleSources {
  readonly now: () => number;
  authCalls(): readonly AuthCall[];
  platformCalls(): readonly SimulatedCall[];
}

export function createChronicle(sources: ChronicleSources): Chronicle {
  const startedAt = sources.now();
  const notes: Entry[] = [];

  return {
    note: (text, request) =>
      void notes.push({ at: sources.now(), text, ...(request === undefined ? {} : { request }) }),
    tell(request) {
      const entries = [
        ...notes.filter((note) => (note.request ?? request) === request),
        ...sources
          .authCalls()
          .filter(({ subject }) => subject === request)
          .map(toAuthEntry),
        ...sources
          .platformCalls()
          .filter(({ text }) => text.includes(request))
          .map(toPlatformEntry),
      ];
      return entries
        .sort((a, b) => a.at - b.at)
        .map(({ at, text }) => `${((at - startedAt) / 1_000).toFixed(3).padStart(9)} s  ${text}`);
    },
  };
}

function toAuthEntry({ at, method, code }: AuthCall): Entry {
  return { at, text: `  teleport  ${method} -> ${code === undefined ? "open" : code === 0 ? "ok" : `code ${code}`}` };
}

function toPlatformEntry({ at, kind, place, outcome, accepted, endedAt }: SimulatedCall): Entry {
  const took = endedAt === undefined ? "open" : `${endedAt - at} ms`;
  return { at, text: `  chat      ${kind} ${place} -> ${outcome}${accepted ? ", took effect" : ""} (${took})` };
}
