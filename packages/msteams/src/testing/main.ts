import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createFakeTeamsServer } from "./fake-teams-server.ts";

/**
 * `node main.ts --listen 127.0.0.1:0 [--ca-file FILE] [--app-secret …] [--tenant …] [--app …] [--teams-app …]
 * [--auto-create]`: a fake Microsoft until a signal comes. Prints one line of JSON with what to configure; the address
 * is the connector's.
 */
const { values } = parseArgs({
  options: {
    listen: { type: "string", default: "127.0.0.1:0" },
    "ca-file": { type: "string" },
    "app-secret": { type: "string", default: "fake-app-secret-value" },
    tenant: { type: "string", default: "00000000-0000-4000-8000-00000000000a" },
    app: { type: "string", default: "00000000-0000-4000-8000-00000000000b" },
    "teams-app": { type: "string", default: "00000000-0000-4000-8000-00000000000c" },
    "auto-create": { type: "boolean", default: false },
  },
});

const [, host = "127.0.0.1", port = "0"] = /^(.*):(\d+)$/u.exec(values.listen) ?? [];
const teams = await createFakeTeamsServer({
  host,
  port: Number(port),
  appSecret: values["app-secret"],
  tenantId: values.tenant,
  appId: values.app,
  teamsAppId: values["teams-app"],
  autoCreate: values["auto-create"],
});
const caFile = values["ca-file"];
if (caFile !== undefined) await writeFile(caFile, teams.ca);

const { tenantId, appId, teamsAppId } = teams.bot;
process.stdout.write(`ready ${JSON.stringify({ ...teams.endpoints, tenantId, appId, teamsAppId, caFile })}\n`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void teams.close());
