import { join } from "node:path";
import { runCommandLine } from "@access-plugins/runtime";
import { explainScenarios } from "@access-plugins/testing/explain-scenarios";
import { plugin } from "./plugin.ts";
import { simulation } from "./simulate.ts";

explainScenarios(simulation, {
  pluginName: plugin.pluginName,
  run: (argv, terminal) => runCommandLine(plugin, { argv, terminal }),
  fixtures: join(import.meta.dirname, "fixtures/explain"),
});
