export { toTestConfig } from "./configuration.ts";
export { createFakeTeamsServer, type FakeTeamsOptions, type FakeTeamsServer } from "./fake-teams-server.ts";
export { renderForReader } from "./render-for-reader.ts";
export { contentOf, type FakeConversation, type FakeMessage, type FakeTenant, type FakeUser } from "./tenant.ts";
export { documentedRates, type Rates } from "./throttle.ts";
