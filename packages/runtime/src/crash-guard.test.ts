import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { guardAgainstCrashes } from "./crash-guard.ts";
import { createRecordingLog } from "./testing/recording-log.ts";

test.each(["uncaughtException", "unhandledRejection"] as const)(
  "%s is logged with its stack and ends the process",
  (name) => {
    const source = new EventEmitter();
    const log = createRecordingLog();
    const exits: number[] = [];
    guardAgainstCrashes(source, log, (code) => void exits.push(code));
    source.emit(name, new Error("nobody expected this"));
    expect(exits).toEqual([1]);
    expect(log.lines[0]).toMatch(
      /^error Terminating with fatal error: this is a defect.*nobody expected this.*crash-guard\.test/,
    );
  },
);
