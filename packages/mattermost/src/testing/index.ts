export {
  createFakeMattermostServer,
  type FakeMattermostOptions,
  type FakeMattermostServer,
} from "./fake-mattermost-server.ts";
export type { FakeRates } from "./rate-limiter.ts";
export { renderForReader } from "./render-for-reader.ts";
export type { FakeSettings } from "./settings.ts";
export { contentOf, type FakeChannel, type FakePost, type FakeSite, type FakeUser } from "./site.ts";
