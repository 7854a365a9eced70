export type { AccessListSpec } from "./fake-auth-service/cluster/access-list-store.ts";
export { defaultUserNames, pluginRole } from "./fake-auth-service/cluster/defaults.ts";
export type { Directory, UserSpec } from "./fake-auth-service/cluster/directory.ts";
export type { RuleSpec } from "./fake-auth-service/cluster/monitoring-rule-store.ts";
export type { ProfileName } from "./fake-auth-service/cluster/profiles.ts";
export type { ResourceSpec } from "./fake-auth-service/cluster/resource-catalog.ts";
export type * from "./fake-auth-service/cluster/role.ts";
export type {
  Identity,
  IdentityIssuerState,
  IdentityOptions,
} from "./fake-auth-service/credentials/identity-issuer.ts";
export { createSshAuthority, type SshAuthority } from "./fake-auth-service/credentials/ssh-certificate.ts";
export { createFakeAuthService, type FakeAuthService } from "./fake-auth-service/fake-auth-service.ts";
export type { CallJournal, CallRecord } from "./fake-auth-service/grpc/call-journal.ts";
export type { Barrier, CallFilter, Failure, Faults } from "./fake-auth-service/grpc/faults.ts";
export { StatusError } from "./fake-auth-service/grpc/status-error.ts";
export type { FakeAuthServiceOptions } from "./fake-auth-service/options.ts";
export {
  createFakeProxy,
  type FakeProxy,
  type FakeProxyOptions,
  type ProxyRoute,
} from "./fake-auth-service/proxy/fake-proxy.ts";
export {
  createFakeHttpProxy,
  type FakeHttpProxy,
  type FakeHttpProxyOptions,
} from "./fake-auth-service/proxy/http-proxy.ts";
export {
  createFakeLoadBalancer,
  type FakeLoadBalancer,
  type FakeLoadBalancerOptions,
} from "./fake-auth-service/proxy/load-balancer.ts";
export type { RequestDesk, RequestInput, ResolveInput, ReviewInput } from "./fake-auth-service/request-desk.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export * from "./messenger-contract.ts";
export type * from "./simulation.ts";
