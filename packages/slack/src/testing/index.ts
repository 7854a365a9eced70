export { createFakeSlackServer, type FakeSlackOptions, type FakeSlackServer } from "./fake-slack-server.ts";
export type { Rates } from "./rates.ts";
export { renderForReader } from "./render-for-reader.ts";
export type { SlackFault } from "./slack-faults.ts";
export { contentOf, type FakeChannel, type FakeMessage, type FakeUser, type FakeWorkspace } from "./workspace.ts";
