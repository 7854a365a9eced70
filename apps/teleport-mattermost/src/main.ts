#!/usr/bin/env node
import { runCli } from "@access-plugins/runtime";
import { plugin } from "./plugin.ts";

void runCli(plugin);
