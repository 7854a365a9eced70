import { pluginScenarios } from "@access-plugins/testing/scenarios";
import { simulation } from "./simulate.ts";

pluginScenarios(simulation);
