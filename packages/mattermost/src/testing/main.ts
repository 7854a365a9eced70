import { parseArgs } from "node:util";
import { createFakeMattermostServer } from "./fake-mattermost-server.ts";

/** `node main.ts --listen 127.0.0.1:0 [--token …] [--auto-create]`: a fake Mattermost until a signal comes. */
const { values } = parseArgs({
  options: {
    listen: { type: "string", default: "127.0.0.1:0" },
    token: { type: "string", default: "fakemattermostbottoken1111" },
    "auto-create": { type: "boolean", default: false },
  },
});

const [, host = "127.0.0.1", port = "0"] = /^(.*):(\d+)$/u.exec(values.listen) ?? [];
const mattermost = await createFakeMattermostServer({
  host,
  port: Number(port),
  token: values.token,
  autoCreate: values["auto-create"],
});

process.stdout.write(`ready ${mattermost.url}\n`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void mattermost.close());
