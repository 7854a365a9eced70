export type { Barrier, BarrierPlace } from "./barriers.ts";
export type { CallRecord } from "./call-journal.ts";
export { createFakeSlackServer, type FakeSlackOptions, type FakeSlackServer } from "./fake-slack-server.ts";
export type { Fault } from "./faults.ts";
export type { Rates } from "./rates.ts";
export { renderForReader } from "./render-for-reader.ts";
export { contentOf, type FakeChannel, type FakeMessage, type FakeUser, type FakeWorkspace } from "./workspace.ts";
