import { createCtlCommand } from "./ctl-command.ts";
import { processIo, runCommand } from "./run-command.ts";

process.exitCode = await runCommand(createCtlCommand(processIo), process.argv.slice(2), processIo);
