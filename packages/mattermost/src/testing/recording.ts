import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const headers = z.record(z.string(), z.string()).default({});

const requestSchema = z.object({ method: z.string(), path: z.string(), headers, body: z.unknown().optional() });
const responseSchema = z.object({ status: z.number(), headers, body: z.unknown().optional() });
const exchangeSchema = z.object({ note: z.string().optional(), request: requestSchema, response: responseSchema });

const recordingSchema = z.union([
  exchangeSchema.extend({ title: z.string() }).transform((one) => ({ title: one.title, exchanges: [one] })),
  z.object({ title: z.string(), exchanges: z.array(exchangeSchema) }),
]);

export type RecordedRequest = z.output<typeof requestSchema>;

export type RecordedExchange = z.output<typeof exchangeSchema>;

const folder = join(import.meta.dirname, "../fixtures");

/** Names of all recordings, without their ending. */
export const recordingNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length));

/** The raw content of a recording. */
export function readRecording(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
}

/** The calls of a recording in order; undefined for one in which the server also calls a plugin. */
export function exchangesOf(name: string): readonly RecordedExchange[] | undefined {
  const read = recordingSchema.safeParse(readRecording(name));
  return read.success ? read.data.exchanges : undefined;
}

export const recordedExchange = exchangeSchema;
export const recordedRequest = requestSchema;
