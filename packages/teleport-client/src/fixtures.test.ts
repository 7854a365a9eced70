import { readdirSync, readFileSync } from "node:fs";
import { type DescMessage, fromBinary, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loadGeneratedTypes } from "./testing/generated-types.ts";

/** Bytes made by Teleport's genuine Go types, and what they hold: see fixtures/README.md. */
const folder = new URL("./fixtures/", import.meta.url);
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".bin") ? [file.slice(0, -".bin".length)] : []));
const types = await loadGeneratedTypes();

/** What the fixtures hold and our subset leaves out on purpose; anything else that goes missing fails the test. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  access_list: ["status"],
  ping_response: ["ServerFeatures.AccessList", "ServerFeatures.AccessMonitoring", "signature_algorithm_suite"],
  user_with_traits: ["Spec.Status", "Spec.CreatedBy", "Status"],
};

test("all fixtures are there", () => {
  expect(names).toHaveLength(12);
});

describe.each(names)("%s", (name) => {
  const { schema, value } = readFixture(name);
  const bytes = Uint8Array.from(readFileSync(new URL(`${name}.bin`, folder)));
  const decoded = fromBinary(schema, bytes);

  test("decodes to its values", () => {
    const expected = keepDeclared(schema, value);
    expect(toJson(schema, decoded, { useProtoFieldName: true, registry: types })).toEqual(expected.value);
    expect(expected.dropped).toEqual(leftOut[name] ?? []);
  });

  test("decodes equally once more after encoding, unknown fields included", () => {
    const again = toBinary(schema, decoded);
    expect(again.length).toBe(bytes.length);
    expect(fromBinary(schema, again)).toEqual(decoded);
  });

  test("keeps a field that nobody knows yet", () => {
    const unknown = Buffer.from([...varint((19_999 << 3) | 2), 3, 1, 2, 3]);
    const again = toBinary(schema, fromBinary(schema, Buffer.concat([bytes, unknown])));
    expect(Buffer.from(again).includes(unknown)).toBe(true);
  });
});

function readFixture(name: string): { schema: DescMessage; value: JsonValue } {
  const json: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
  const fixture = z.object({ message: z.string(), value: z.json() }).parse(json);
  const schema = types.getMessage(fixture.message);
  if (schema === undefined) throw new Error(`${fixture.message} is not declared`);
  return { schema, value: fixture.value };
}

/** The part of a fixture's value that our subset declares, and the names of what it does not. */
function keepDeclared(schema: DescMessage, value: JsonValue): { value: JsonValue; dropped: string[] } {
  const dropped: string[] = [];
  const keep = (desc: DescMessage | undefined, part: JsonValue, path: string): JsonValue => {
    if (desc === undefined || desc.typeName.startsWith("google.") || !isObject(part)) return part;
    const kept = Object.entries(part).flatMap(([key, member]) => {
      const field = desc.fields.find((candidate) => candidate.name === key);
      const here = path === "" ? key : `${path}.${key}`;
      if (field !== undefined) return [[key, each(field.message, field.fieldKind, member, here)] as const];
      dropped.push(here);
      return [];
    });
    return Object.fromEntries(kept);
  };
  const each = (desc: DescMessage | undefined, kind: string, part: JsonValue, path: string): JsonValue => {
    if (Array.isArray(part)) return part.map((item) => keep(desc, item, path));
    if (kind !== "map" || !isObject(part)) return keep(desc, part, path);
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, keep(desc, item, path)]));
  };
  return { value: keep(schema, value, ""), dropped: [...new Set(dropped)] };
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
