/** The simulated Auth Service in a process of its own: `auth-process.ts DIRECTORY`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createFakeAuthService } from "@access-plugins/testing/fake-auth-service";
import { serveParent } from "./remote.ts";

const dir = process.argv[2] ?? ".";
// Every client is let in, whatever version it says it is: peers are older.
const auth = await createFakeAuthService({ allowOldClients: true, enterprise: false });
await writeFile(join(dir, "identity"), await auth.identityFile(), { mode: 0o600 });

/** An Access Request as the bench knows it. */
export interface Created {
  readonly id: string;
  /** Milliseconds since 1970, just before watchers were told. */
  readonly at: number;
}

const service = {
  address: () => auth.address,
  /** Creates so many requests at once. */
  create: (count: number): Created[] =>
    Array.from({ length: count }, () => {
      const at = performance.timeOrigin + performance.now();
      return { at, id: auth.createRequest({ reason: "database maintenance, ticket 4711" }) };
    }),
  /** Approves them all; gives the moment before the first. */
  approve(ids: readonly string[]): number {
    const at = Date.now();
    for (const id of ids) auth.resolve(id, "approved", { reason: "go ahead" });
    return at;
  },
  remove(ids: readonly string[]): void {
    for (const id of ids) auth.deleteRequest(id);
  },
  /** When the first watch was open, in milliseconds since 1970. */
  async untilWatched(timeoutMs: number): Promise<number> {
    await auth.untilWatched(1, undefined, timeoutMs);
    return Date.now();
  },
  watches: () => auth.watchCount(),
  /** Half-open from now on; new connections work. */
  silence: () => auth.faults.silenceConnections(),
  /** Calls so far, by method. */
  calls(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { method } of auth.calls.all) counts[method] = (counts[method] ?? 0) + 1;
    return counts;
  },
};

export type AuthService = typeof service;

serveParent(service);
