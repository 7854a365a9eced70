import type { Clock } from "@access-plugins/core";
import type { AccessListSpec } from "./cluster/access-list-store.ts";
import type { UserSpec } from "./cluster/directory.ts";
import type { RuleSpec } from "./cluster/monitoring-rule-store.ts";
import type { ProfileName } from "./cluster/profiles.ts";
import type { ResourceCatalog, ResourceSpec } from "./cluster/resource-catalog.ts";
import type { RoleSpec } from "./cluster/role.ts";
import type { IdentityIssuerState } from "./credentials/identity-issuer.ts";

/** All optional: without any, a cluster `example.com` of version 18 with the default users, on a free port. */
export interface FakeAuthServiceOptions {
  readonly clusterName?: string;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Which major version of Teleport is played. Default 18. */
  readonly profile?: ProfileName;
  /** Time of requests, expiry and plugin data. Certificates always live on the machine's clock. */
  readonly clock?: Clock;
  /** Added to the default users; the same name replaces. */
  readonly users?: readonly UserSpec[];
  /** Added to the default roles; the same name replaces. */
  readonly roles?: readonly RoleSpec[];
  readonly resources?: readonly ResourceSpec[];
  /** Resources that live elsewhere, in place of `resources`. */
  readonly catalog?: ResourceCatalog;
  readonly accessLists?: readonly AccessListSpec[];
  readonly monitoringRules?: readonly RuleSpec[];
  /** Other clusters whose resources may be requested. */
  readonly leafClusters?: readonly string[];
  /** How often expired requests are deleted. Default 5 minutes, as in a real cluster. */
  readonly expiryIntervalMs?: number;
  /** How long pending requests are left alone after their end. Default 40 s, but not more than the interval. */
  readonly pendingExpiryGraceMs?: number;
  /** How long a request waits for reviews when it does not say so itself. Default 7 days. */
  readonly pendingTtlMs?: number;
  /** Lets clients of any `version` in, as `TELEPORT_UNSTABLE_ALLOW_OLD_CLIENTS=yes` does. */
  readonly allowOldClients?: boolean;
  /** Public address of the Proxy as Ping tells it. Default: none. */
  readonly proxyPublicAddr?: string;
  /** Licensed for advanced access workflows. Default true. */
  readonly enterprise?: boolean;
  /** Lines of the `state` of an earlier run: its requests, rules, access lists and plugin data are there from the first moment. */
  readonly state?: Iterable<string>;
  /** Certificate authorities of an earlier run, so that identities issued then stay good. */
  readonly authorities?: IdentityIssuerState;
}
