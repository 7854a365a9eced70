/**
 * Refreshes `proto/facts.json`: picks, out of a full list of Teleport's wire facts, what our protos declare.
 * Usage: `pnpm --filter @access-plugins/teleport-client trim-facts FIELDS_JSON` (see proto/README.md).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { loadGeneratedTypes } from "./generated-types.ts";
import { fieldFactSchema, methodFactSchema, toWireFacts, type WireFacts } from "./wire-facts.ts";

const source = z
  .object({
    $enums: z.record(z.string(), z.record(z.string(), z.int())),
    $services: z.record(z.string(), z.array(methodFactSchema.extend({ name: z.string() }))),
  })
  .loose();

function trimFacts(text: string, ours: WireFacts): WireFacts {
  const json: unknown = JSON.parse(text);
  const all = source.parse(json);
  const methods = Object.entries(all.$services).flatMap(([service, list]) =>
    list.map(({ name, ...fact }) => [`/${service}/${name}`, fact] as const),
  );
  return {
    messages: mapValues(ours.messages, (fields, message) => {
      const facts = z.array(fieldFactSchema).parse(all[message] ?? []);
      return facts.filter((fact) => fields.some((field) => field.name === fact.name));
    }),
    enums: mapValues(ours.enums, (_, name) => all.$enums[name] ?? {}),
    methods: Object.fromEntries(methods.filter(([path]) => path in ours.methods)),
  };
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: trim-facts FIELDS_JSON");
const facts = trimFacts(readFileSync(path, "utf8"), toWireFacts(await loadGeneratedTypes()));
// One field, one line: so that a refresh reads well as a diff.
const json = JSON.stringify(facts, null, 2).replace(/\{[^{}]*\}/gu, (innermost) => innermost.replace(/\s+/gu, " "));
writeFileSync(new URL("../../../../proto/facts.json", import.meta.url), `${json}\n`);
