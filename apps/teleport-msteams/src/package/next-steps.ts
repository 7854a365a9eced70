import { permissions } from "@access-plugins/msteams/tooling";

/** What is left to do once the files are there, in order. */
export function explainNextSteps(folder: string, appId: string): readonly string[] {
  const names = Object.values(permissions).map(({ name }) => `       ${name}`);
  return [
    "What to do next:",
    `  1. Entra admin center, App registrations, ${appId}, API permissions: add these application permissions`,
    "     of Microsoft Graph and grant admin consent:",
    ...names,
    `  2. Teams admin center, Manage apps, Upload new app: ${folder}/app.zip`,
    "  3. For channels: add the app to each team (Manage team, Apps). People need nothing.",
    `  4. Teleport: tctl create -f ${folder}/teleport-msteams-role.yaml`,
    "     and give the plugin an identity, with tbot or:",
    "       tctl auth sign --user=teleport-msteams --format=file --ttl=8760h --out=identity",
    `  5. Fill in addr, identity and the recipients in ${folder}/teleport-msteams.toml`,
    "     and move it to /etc/teleport-msteams.toml",
    "  6. teleport-msteams validate you@example.com",
    "  7. teleport-msteams start",
  ];
}
