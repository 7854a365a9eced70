import { parseArgs } from "node:util";
import { createFakeSlackServer } from "./fake-slack-server.ts";

/** `node main.ts --listen 127.0.0.1:0 [--token xoxb-…] [--auto-create]`: a fake Slack until a signal comes. */
const { values } = parseArgs({
  options: {
    listen: { type: "string", default: "127.0.0.1:0" },
    token: { type: "string", default: "xoxb-fake-token" },
    "auto-create": { type: "boolean", default: false },
  },
});

const [, host = "127.0.0.1", port = "0"] = /^(.*):(\d+)$/u.exec(values.listen) ?? [];
const slack = await createFakeSlackServer({
  host,
  port: Number(port),
  token: values.token,
  autoCreate: values["auto-create"],
});

process.stdout.write(`ready ${slack.apiUrl}\n`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void slack.close());
