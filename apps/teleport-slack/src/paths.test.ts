import { pathScenarios } from "@access-plugins/testing/path-scenarios";
import { simulation } from "./simulate.ts";

pathScenarios(simulation);
