import { type LogFields, PluginError } from "@access-plugins/core";

/** How values become plain data. */
export interface LogValueOptions {
  /** Adds stacks to errors: they are for developers. */
  readonly withStack: boolean;
  /** Applied to every text and key. */
  readonly redact: (text: string) => string;
}

type Next = (child: unknown) => unknown;

/** Deeper and longer structures are cut: a log line is no dump. */
const mostDepth = 6;
const mostItems = 50;

/** The fields of a log line as plain data. */
export function toLogFields(fields: LogFields, options: LogValueOptions): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(fields).slice(0, mostItems))
    plain[options.redact(key)] = toLogValue(fields[key], options, 1);
  return plain;
}

/** Any value as plain data for a log line: errors with their facts and causes, depth and cycles cut. */
function toLogValue(value: unknown, options: LogValueOptions, depth = 0): unknown {
  if (typeof value === "string") return options.redact(value);
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= mostDepth) return "[…]";
  const next = (child: unknown) => toLogValue(child, options, depth + 1);
  if (value instanceof Error) return toErrorFields(value, options.withStack, next);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, mostItems).map(next);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.slice(0, mostItems).map(([key, child]) => [options.redact(String(key)), next(child)]),
  );
}

function toErrorFields(error: Error, withStack: boolean, next: Next): Record<string, unknown> {
  const code = "code" in error ? error.code : undefined;
  const facts = error instanceof PluginError ? factsOf(error) : {};
  const all = {
    name: error.name === "Error" || error instanceof PluginError ? undefined : error.name,
    code,
    message: error.message,
    ...facts,
    cause: error.cause,
    errors: error instanceof AggregateError ? error.errors : undefined,
    stack: withStack ? error.stack : undefined,
  };
  const known = Object.entries(all).filter(([, fact]) => fact !== undefined);
  return Object.fromEntries(known.map(([key, fact]) => [key, next(fact)]));
}

function factsOf({ fix, operation, recipient, reason, retryAfterMs }: PluginError): Record<string, unknown> {
  return { fix, operation, recipient, reason, retryAfterMs };
}
