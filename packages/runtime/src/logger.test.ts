import { type Log, PluginError } from "@access-plugins/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLogger, type LoggerOptions } from "./logger.ts";
import { createRedactor } from "./redactor.ts";

function createTestLog(options: Partial<LoggerOptions> = {}) {
  const written: string[] = [];
  const redactor = createRedactor();
  const sink = { write: (text: string) => void written.push(text), flush: () => {}, reopen: () => {} };
  const log = createLogger({ severity: "info", format: "text", debug: false, sink, redactor, ...options });
  /** Everything printed, times replaced by a word. */
  const printed = () => written.join("").replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
  return { log, redactor, printed };
}

describe("text", () => {
  test("is one line: time, level, message, fields", () => {
    const { log, printed } = createTestLog();
    log.info("Plugin is ready", { cluster: "example.com", requests: 3, note: "two words", nothing: undefined });
    expect(printed()).toBe('TIME INFO  Plugin is ready cluster=example.com requests=3 note="two words"\n');
  });

  test("shows an error by its message, its code, its fix and its causes", () => {
    const { log, printed } = createTestLog();
    const cause = Object.assign(new Error("connect refused"), { code: "ECONNREFUSED" });
    const error = new PluginError("unavailable", "Teleport cannot be reached", { fix: "Start it.", cause });
    log.error("It failed", { error });
    expect(printed()).toBe(
      'TIME ERROR It failed error.code=unavailable error="Teleport cannot be reached" error.fix="Start it." ' +
        'error.cause.code=ECONNREFUSED error.cause="connect refused"\n',
    );
  });

  test("has stacks only with debug, below the line", () => {
    const error = new Error("broken");
    const quiet = createTestLog();
    quiet.log.error("It failed", { error });
    expect(quiet.printed()).not.toContain("    | ");
    const loud = createTestLog({ debug: true });
    loud.log.error("It failed", { error });
    expect(loud.printed()).toMatch(/^TIME ERROR It failed error=broken\n {4}\| Error: broken\n {4}\| {5}at /);
  });

  test("cannot be made to show a line of its own by anything it is given", () => {
    const hostile = fc.string({
      unit: fc.oneof(fc.constantFrom("\n", "\r", "\u001b", "\u2028", "\u202e", "\u0085", "a"), fc.string()),
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, (message, key, value) => {
        const { log, printed } = createTestLog();
        log.info(message, { [key]: value, error: new Error(value), list: [value] });
        expect(printed()).toMatch(/^TIME INFO [^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]*\n$/u);
      }),
    );
  });
});

describe("json", () => {
  test("is one object a line", () => {
    const { log, printed } = createTestLog({ format: "json" });
    log.warn("Look", { request_id: "r1", at: new Date(0), big: 1n });
    expect(JSON.parse(printed())).toEqual({
      level: "warn",
      time: "TIME",
      message: "Look",
      request_id: "r1",
      at: "TIME",
      big: "1",
    });
  });

  test("keeps its own time, level and message", () => {
    const { log, printed } = createTestLog({ format: "json" });
    log.info("Look", { level: "fatal", time: "never", message: "forged" });
    expect(JSON.parse(printed())).toMatchObject({ level: "info", message: "Look", field_message: "forged" });
  });

  test("survives cycles and hostile text", () => {
    const { log, printed } = createTestLog({ format: "json" });
    const cycle: Record<string, unknown> = { text: "\u202e\n\u001b[2J" };
    cycle["self"] = cycle;
    log.info("Look", { cycle });
    expect(JSON.parse(printed())).toMatchObject({ cycle: { text: "\u202e\n\u001b[2J" } });
    expect(printed()).not.toContain("\u202e");
  });
});

describe("severity", () => {
  const all = (log: Log) => {
    log.debug("one");
    log.info("two");
    log.warn("three");
    log.error("four");
  };

  test.each([
    ["debug", false, 4],
    ["info", false, 3],
    ["warn", false, 2],
    ["error", false, 1],
    ["error", true, 4],
  ] as const)("%s (debug flag: %s) prints %i of four lines", (severity, debug, lines) => {
    const { log, printed } = createTestLog({ severity, debug });
    all(log);
    expect(
      printed()
        .split("\n")
        .filter((line) => line !== ""),
    ).toHaveLength(lines);
  });

  test("children add their fields to every line", () => {
    const { log, printed } = createTestLog();
    log.child({ request_id: "r1" }).child({ platform: "x" }).info("Look", { a: 1 });
    expect(printed()).toBe("TIME INFO  Look request_id=r1 platform=x a=1\n");
  });
});

describe("secrets", () => {
  test("are found when only the rendering puts them together", () => {
    const { log, redactor, printed } = createTestLog();
    redactor.add("user=hunter22");
    log.info("Look", { user: "hunter22" });
    expect(printed()).toBe("TIME INFO  Look [redacted]\n");
  });

  test("are found before the rendering takes them apart", () => {
    const { log, redactor, printed } = createTestLog();
    redactor.add('quo"te\u202eturn');
    log.info("Look", { token: 'quo"te\u202eturn' });
    expect(printed()).toBe('TIME INFO  Look token="[redacted]"\n');
  });

  test("are in nothing that is printed, wherever they are planted", () => {
    const secret = fc.string({ unit: "grapheme", minLength: 8, maxLength: 60 });
    const format = fc.constantFrom("text", "json");
    fc.assert(
      fc.property(secret, format, fc.boolean(), (text, chosen, debug) => {
        fc.pre(!"[redacted]".includes(text) && !/^[\d\s:TZ.-]+$/.test(text));
        const { log, redactor, printed } = createTestLog({ format: chosen, debug });
        redactor.add(text);
        const marked = `<${text}>`;
        const cause = new AggregateError([new Error(marked)], marked, { cause: { body: [marked] } });
        const error = new PluginError("internal", marked, { cause, fix: marked, reason: marked });
        log.error(marked, { error, [marked]: marked, url: new Map([[marked, marked]]) });
        log.child({ bound: marked }).error("child");
        // With its brackets, so that a short secret is not found by chance in other words.
        expect(printed()).not.toContain(marked);
        const json = JSON.stringify(marked).slice(1, -1);
        expect(printed()).not.toContain(json);
      }),
    );
  });
});
