/** The least a plugin has to be allowed in Teleport, and a user with it. Newer servers bring a role like it along. */
export function renderRole(): string {
  return `# Create with: tctl create -f teleport-msteams-role.yaml
# Teleport 17 and newer bring a role like this one along, access-plugin: then only a user with it is needed.
kind: role
version: v6
metadata:
  name: teleport-msteams
spec:
  allow:
    rules:
      - resources: [access_request]
        verbs: [list, read]
      - resources: [access_plugin_data]
        verbs: [update]
      - resources: [access_monitoring_rule, access_list, role, user, user_login_state]
        verbs: [list, read]
    # Names of requested resources, where the server has this role.
    # review_requests:
    #   preview_as_roles: [list-access-request-resources]
---
kind: user
version: v2
metadata:
  name: teleport-msteams
spec:
  roles: [teleport-msteams]
`;
}
