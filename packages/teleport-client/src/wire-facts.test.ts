import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadGeneratedTypes } from "./testing/generated-types.ts";
import { findFactDifferences, toWireFacts, type WireFacts, wireFactsSchema } from "./testing/wire-facts.ts";

const facts = wireFactsSchema.parse(
  JSON.parse(readFileSync(new URL("../../../proto/facts.json", import.meta.url), "utf8")),
);
const ours = toWireFacts(await loadGeneratedTypes());

test("the generated messages, enums and methods state exactly the facts", () => {
  expect(findFactDifferences(ours, facts)).toEqual([]);
});

test("the facts cover what is declared, and that is not little", () => {
  expect(Object.keys(facts.messages).length).toBeGreaterThan(90);
  expect(Object.values(facts.messages).flat().length).toBeGreaterThan(350);
  expect(Object.keys(facts.methods).length).toBeGreaterThan(25);
});

describe("any change is noticed:", () => {
  test.each<[string, (facts: WireFacts) => WireFacts, string]>([
    ["a field's number", changeField({ number: 99 }), "types.PluginDataFilter.Plugin"],
    ["a field's type", changeField({ type: "bytes" }), "types.PluginDataFilter.Plugin"],
    ["a field's label", changeField({ label: "repeated" }), "types.PluginDataFilter.Plugin"],
    ["a field's presence", changeField({ explicit_presence: true }), "types.PluginDataFilter.Plugin"],
    ["a field's name", changeField({ name: "Plugins" }), "types.PluginDataFilter.Plugins: a fact, but not declared"],
    [
      "a missing message",
      ({ messages, ...rest }) => ({ ...rest, messages: without(messages, "types.Rule") }),
      "types.Rule",
    ],
    [
      "an enum value",
      ({ enums, ...rest }) => ({ ...rest, enums: { ...enums, "types.RequestState": { NONE: 1 } } }),
      "NONE",
    ],
    [
      "a missing enum",
      ({ enums, ...rest }) => ({ ...rest, enums: without(enums, "proto.Operation") }),
      "proto.Operation",
    ],
    ["a method's path", ({ methods, ...rest }) => ({ ...rest, methods: renamed(methods) }), "/proto.AuthService/Pong"],
    ["a method's streaming", changePing({ server_streaming: true }), "/proto.AuthService/Ping"],
    ["a method's answer", changePing({ output: "proto.Pong" }), "/proto.AuthService/Ping"],
  ])("%s", (_, change, named) => {
    const found = findFactDifferences(ours, change(facts));
    expect(found.length).toBeGreaterThan(0);
    expect(found.join("\n")).toContain(named);
  });
});

function changeField(change: object): (facts: WireFacts) => WireFacts {
  return ({ messages, ...rest }) => {
    const fields = messages["types.PluginDataFilter"] ?? [];
    const changed = fields.map((field) => (field.name === "Plugin" ? { ...field, ...change } : field));
    return { ...rest, messages: { ...messages, "types.PluginDataFilter": changed } };
  };
}

function changePing(change: object): (facts: WireFacts) => WireFacts {
  return ({ methods, ...rest }) => {
    const ping = methods["/proto.AuthService/Ping"];
    if (ping === undefined) throw new Error("the facts do not hold Ping");
    return { ...rest, methods: { ...methods, "/proto.AuthService/Ping": { ...ping, ...change } } };
  };
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

function renamed<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key.replace(/Ping$/u, "Pong"), value]));
}
