export type { CallJournal, CallRecord } from "./fake-auth-service/call-journal.ts";
export { defaultUserNames, pluginRole } from "./fake-auth-service/defaults.ts";
export type { Directory, UserSpec } from "./fake-auth-service/directory.ts";
export {
  createFakeAuthService,
  type FakeAuthService,
  type FakeAuthServiceOptions,
} from "./fake-auth-service/fake-auth-service.ts";
export type { Barrier, CallFilter, Failure, Faults } from "./fake-auth-service/faults.ts";
export type { Identity, IdentityOptions } from "./fake-auth-service/identity-issuer.ts";
export type { ProfileName } from "./fake-auth-service/profiles.ts";
export type { RequestDesk, RequestInput, ResolveInput, ReviewInput } from "./fake-auth-service/request-desk.ts";
export type * from "./fake-auth-service/role.ts";
export { StatusError } from "./fake-auth-service/status-error.ts";
