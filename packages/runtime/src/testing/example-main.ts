import { runCli } from "../cli.ts";
import { examplePlugin } from "./example-plugin.ts";

await runCli(examplePlugin);
