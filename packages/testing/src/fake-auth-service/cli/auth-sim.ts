import { once } from "node:events";
import { processIo, runCommand } from "./run-command.ts";
import { createSimCommand } from "./sim-command.ts";

const untilSignal = async () => {
  const [signal] = await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  return String(signal);
};

// Client connections may linger; the signal asked for an end now.
process.exit(await runCommand(createSimCommand(processIo, untilSignal), process.argv.slice(2), processIo));
