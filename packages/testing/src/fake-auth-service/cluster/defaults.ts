import type { UserSpec } from "./directory.ts";
import type { RoleSpec } from "./role.ts";

/** The users every simulated cluster starts with, by the part they play. */
export const defaultUserNames = {
  plugin: "access-plugin",
  requester: "alice@example.com",
  reviewer: "bob@example.com",
  admin: "admin",
} as const;

/** The role published with Teleport for access plugins: the least that the messengers need. */
export const pluginRole: RoleSpec = {
  name: "access-plugin",
  allow: {
    rules: [
      { resources: ["access_request"], verbs: ["list", "read"] },
      { resources: ["access_plugin_data"], verbs: ["update"] },
      { resources: ["access_monitoring_rule"], verbs: ["list", "read"] },
      { resources: ["access_list"], verbs: ["list", "read"] },
      { resources: ["role"], verbs: ["list", "read"] },
      { resources: ["user"], verbs: ["list", "read"] },
      { resources: ["user_login_state"], verbs: ["list", "read"] },
    ],
    reviewRequests: { previewAsRoles: ["list-access-request-resources"] },
  },
};

const previewRole: RoleSpec = {
  name: "list-access-request-resources",
  allow: {
    rules: [
      {
        resources: ["node", "app", "app_server", "db", "kube_cluster", "user_group", "aws_ic_account"],
        verbs: ["list", "read"],
      },
    ],
  },
};

/** `requester`: `editor` and `auditor` by one approval, `prod-*` by two, and nodes by way of `node-access`. */
export const defaultRoles: readonly RoleSpec[] = [
  pluginRole,
  previewRole,
  { name: "access", allow: { logins: ["{{internal.logins}}"] } },
  { name: "editor", allow: { logins: ["{{internal.logins}}", "editor"] } },
  { name: "auditor", allow: { rules: [{ resources: ["session", "event"], verbs: ["list", "read"] }] } },
  { name: "prod-dba", allow: { logins: ["postgres"] } },
  { name: "prod-admin", allow: { logins: ["root"] }, options: { maxSessionTtlMs: 4 * 3_600_000 } },
  { name: "node-access", allow: { logins: ["{{internal.logins}}"] } },
  {
    name: "requester",
    allow: { request: { roles: ["editor", "auditor"], searchAsRoles: ["node-access"] } },
  },
  {
    name: "prod-requester",
    allow: { request: { roles: ["prod-*"], thresholds: [{ name: "two people", approve: 2, deny: 1 }] } },
  },
  {
    name: "reviewer",
    allow: { rules: [{ resources: ["access_list"], verbs: ["list", "read"] }], reviewRequests: { roles: ["*"] } },
  },
  {
    name: "admin",
    allow: { rules: [{ resources: ["*"], verbs: ["*"] }], reviewRequests: { roles: ["*"] } },
  },
];

export const defaultUsers: readonly UserSpec[] = [
  { name: defaultUserNames.plugin, roles: ["access-plugin"] },
  {
    name: defaultUserNames.requester,
    roles: ["access", "requester", "prod-requester"],
    traits: { logins: ["alice", "ubuntu"], level: ["L1"] },
  },
  {
    name: defaultUserNames.reviewer,
    roles: ["access", "reviewer"],
    traits: { logins: ["bob"], level: ["L2"] },
  },
  { name: "carol@example.com", roles: ["access", "reviewer"], traits: { logins: ["carol"], level: ["L2"] } },
  { name: defaultUserNames.admin, roles: ["admin"], traits: { logins: ["root"] } },
];
