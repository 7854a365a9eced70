import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Log, type LogFields, systemClock, type TeleportClient } from "@access-plugins/core";
import { createFakeAuthService, type FakeAuthService, type FakeAuthServiceOptions } from "@access-plugins/testing";
import { expect, onTestFinished } from "vitest";
import {
  type ClosableTeleportClient,
  createTeleportClient,
  type TeleportClientConfig,
  type TeleportClientDeps,
} from "../client.ts";

/** A simulated cluster and what a test needs to log in to it; everything is gone when the test ends. */
export interface TestCluster {
  readonly auth: FakeAuthService;
  /** The plugin's identity file; write it anew to renew the identity. */
  readonly identityPath: string;
  /** What the clients logged. */
  readonly log: RecordedLog;
  createClient(config?: Partial<TeleportClientConfig>, deps?: Partial<TeleportClientDeps>): ClosableTeleportClient;
}

export async function startTestCluster(options?: FakeAuthServiceOptions): Promise<TestCluster> {
  const auth = await createFakeAuthService(options);
  onTestFinished(() => auth.close());
  const identityPath = join(createTestFolder(), "identity");
  writeFileSync(identityPath, await auth.identityFile());
  const log = createRecordedLog();
  return {
    auth,
    identityPath,
    log,
    createClient(config, deps) {
      const client = createTeleportClient(
        { addr: auth.address, credentials: { identity: identityPath }, ...config },
        { clock: systemClock, log, ...deps },
      );
      onTestFinished(() => client.close());
      return client;
    },
  };
}

/** Asks until there is an answer: a cut or a renewed file reaches the client a moment later. */
export async function untilAnswered(client: TeleportClient): Promise<void> {
  const isAnswered = () =>
    client.ping(new AbortController().signal).then(
      () => true,
      () => false,
    );
  await expect.poll(isAnswered, { timeout: 4_000 }).toBe(true);
}

/** A folder of its own for the running test. */
export function createTestFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "teleport-client-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A log that keeps its lines. */
export interface RecordedLog extends Log {
  readonly lines: readonly { readonly level: string; readonly message: string; readonly fields: LogFields }[];
}

export function createRecordedLog(): RecordedLog {
  const lines: { level: string; message: string; fields: LogFields }[] = [];
  const record =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const log: RecordedLog = {
    lines,
    debug: record("debug"),
    info: record("info"),
    warn: record("warn"),
    error: record("error"),
    child: () => log,
  };
  return log;
}
