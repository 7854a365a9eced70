import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFakeAuthService, createFakeClock, type FakeAuthService, type FakeClock } from "@access-plugins/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type CredentialSource, createCredentialSource } from "./credential-source.ts";
import { catchFault } from "./testing/catch-fault.ts";
import { createRecordedLog, createTestFolder, type RecordedLog } from "./testing/test-cluster.ts";

const minute = 60_000;
const hour = 60 * minute;

let auth: FakeAuthService;

beforeAll(async () => {
  auth = await createFakeAuthService({ users: [{ name: "second", roles: [] }] });
});

afterAll(() => auth.close());

test("reads nothing until it is asked, then tells how the credentials stand", async () => {
  const { source } = await start();
  expect(source.status()).toEqual({ state: "unread" });
  const credentials = await source.get();
  expect(source.status()).toEqual({ state: "good", user: "access-plugin", expiresAt: credentials.expiresAt });
});

test("tells new contents once, and gives them from then on", async () => {
  const { source, clock, path, log } = await start();
  const first = await source.get();
  const renewals: string[] = [];
  source.subscribe((credentials) => renewals.push(credentials.user));
  writeFileSync(path, await auth.identityFile("second"));
  await advance(clock, minute);
  await expect.poll(() => renewals).toEqual(["second"]);
  await advance(clock, 5 * minute);
  expect(renewals).toEqual(["second"]);
  expect((await source.get()).fingerprint).not.toBe(first.fingerprint);
  expect(log.lines.map((line) => line.message)).toEqual(["Teleport credentials read", "Teleport credentials renewed"]);
});

test("tells nobody about contents that log in as before", async () => {
  const { source, clock, path, log, text } = await start();
  await source.get();
  source.subscribe(() => expect.unreachable());
  writeFileSync(path, `# touched\n${text}`);
  await advance(clock, 2 * minute);
  expect(log.lines).toHaveLength(1);
});

test("keeps what it has when the file is half written, and takes it once it is whole", async () => {
  const { source, clock, path, log } = await start();
  const first = await source.get();
  const next = await auth.identityFile("second");
  writeFileSync(path, next.slice(0, 200));
  await advance(clock, minute);
  await expect.poll(() => source.status().state).toBe("stale");
  expect(source.status().problem?.message).toContain("ends in the middle of a PEM block");
  expect(await source.get()).toBe(first);
  expect(log.lines.at(-1)).toMatchObject({ level: "warn", message: expect.stringContaining("stay in use") });
  writeFileSync(path, next);
  await advance(clock, minute);
  await expect.poll(() => source.status()).toMatchObject({ state: "good", user: "second" });
});

test("logs each distinct error once, then hourly", async () => {
  const { source, clock, path, log } = await start();
  await source.get();
  const warnings = () => log.lines.filter((line) => line.level === "warn").map((line) => line.message);
  writeFileSync(path, "");
  for (let count = 0; count < 5; count += 1) await advance(clock, minute);
  expect(warnings()).toHaveLength(1);
  writeFileSync(path, "hello");
  for (let count = 0; count < 5; count += 1) await advance(clock, minute);
  expect(warnings()).toHaveLength(2);
  for (let count = 0; count < 60; count += 1) await advance(clock, minute);
  expect(warnings()).toHaveLength(3);
});

test("says the same error again when it comes back after a good read", async () => {
  const { source, clock, path, log, text } = await start();
  await source.get();
  for (const content of ["", text, ""]) {
    writeFileSync(path, content);
    await advance(clock, minute);
  }
  expect(log.lines.filter((line) => line.level === "warn")).toHaveLength(2);
});

test("without good credentials gives the fault, and reads again each time it is asked", async () => {
  const { source, path, text } = await start({ text: "" });
  expect(await catchFault(() => source.get())).toMatchObject({ code: "invalid_config" });
  expect(source.status()).toMatchObject({ state: "missing", problem: { code: "invalid_config" } });
  expect(text).toBe("");
  writeFileSync(path, await auth.identityFile());
  await expect(source.get()).resolves.toMatchObject({ user: "access-plugin" });
});

test("reports the expiry when it happens, and recovers by itself", async () => {
  const { source, clock, path, log } = await start({ validForMs: 10 * minute });
  await source.get();
  for (let count = 0; count < 9; count += 1) await advance(clock, minute);
  expect(source.status().state).toBe("good");
  await advance(clock, minute + 1_000);
  await expect.poll(() => source.status().problem?.message).toContain("expired at");
  expect(source.status()).toMatchObject({ state: "expired", problem: { code: "unauthenticated" } });
  expect(log.lines.at(-1)).toMatchObject({ level: "error", message: expect.stringContaining("expired at") });
  expect(await catchFault(() => source.get())).toMatchObject({ code: "unauthenticated" });
  writeFileSync(path, await auth.identityFile("second"));
  await expect(source.get()).resolves.toMatchObject({ user: "second" });
  expect(source.status().state).toBe("good");
});

test("names both the expiry and the fault of the file when both are true", async () => {
  const { source, clock, path } = await start({ validForMs: 10 * minute });
  await source.get();
  writeFileSync(path, "");
  await advance(clock, 11 * minute);
  const fault = await catchFault(() => source.get());
  expect(fault.code).toBe("unauthenticated");
  expect(fault.message).toContain("have expired");
  expect(fault.message).toContain("is empty");
});

test("does not replace good credentials by expired ones", async () => {
  const { source, clock, path } = await start();
  await source.get();
  const validUntil = new Date(Date.now() - 1_000);
  writeFileSync(path, await auth.identityFile("second", { validFrom: new Date(Date.now() - hour), validUntil }));
  await advance(clock, minute);
  await expect.poll(() => source.status()).toMatchObject({ state: "stale", user: "access-plugin" });
});

test("stops reading when it is closed", async () => {
  const { source, clock, path } = await start();
  await source.get();
  source.subscribe(() => expect.unreachable());
  source.close();
  writeFileSync(path, await auth.identityFile("second"));
  await clock.advance(hour);
  expect(clock.pendingTimers()).toBe(0);
});

interface Setup {
  readonly text?: string;
  readonly validForMs?: number;
}

async function start(setup: Setup = {}): Promise<{
  source: CredentialSource;
  clock: FakeClock;
  log: RecordedLog;
  path: string;
  text: string;
}> {
  const validUntil = new Date(Date.now() + (setup.validForMs ?? 24 * hour));
  const text = setup.text ?? (await auth.identityFile(undefined, { validUntil }));
  const path = join(createTestFolder(), "identity");
  writeFileSync(path, text);
  const clock = createFakeClock(new Date());
  const log = createRecordedLog();
  const source = createCredentialSource({ files: { identity: path }, refreshIntervalMs: minute, clock, log });
  onTestFinished(() => source.close());
  return { source, clock, log, path, text };
}

/** Moves time, then waits until the read that this started has ended: it sets the next timer. */
async function advance(clock: FakeClock, ms: number): Promise<void> {
  await clock.advance(ms);
  await expect.poll(() => clock.pendingTimers(), { interval: 1 }).toBe(1);
}
