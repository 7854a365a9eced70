import { PluginError } from "@access-plugins/core";
import { z } from "zod";
import { readBoundedFile } from "../file-access.ts";

/** What `tctl` prints about every request of a busy cluster fits in; more is a wrong path. */
const mostBytes = 32 * 1024 * 1024;

/** A list of resources as `tctl … --format=json` prints it, or a single one. */
export interface ResourceFile<T> {
  readonly path: string;
  /** The kind that every resource has to have. */
  readonly kind: string;
  readonly schema: z.ZodType<T>;
  /** The command that makes such a file. */
  readonly madeBy: string;
}

/** Throws `invalid_argument` that names the file, the place in it and the command that makes a right one. */
export async function readResources<T>(file: ResourceFile<T>): Promise<readonly T[]> {
  const value = parseJson(await readText(file), file);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one, at) => check(one, Array.isArray(value) ? `[${at}]` : "", file));
}

async function readText(file: ResourceFile<unknown>): Promise<string> {
  const content = await readBoundedFile(file.path, mostBytes);
  if ("problem" in content) throw toFault(file, content.problem.message);
  if (content.size > mostBytes) throw toFault(file, "it is larger than 32 MiB");
  return Buffer.from(content.bytes).toString("utf8");
}

function parseJson(text: string, file: ResourceFile<unknown>): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw toFault(file, "it is not JSON", thrown);
  }
}

function check<T>(value: unknown, place: string, file: ResourceFile<T>): T {
  const { kind } = z.object({ kind: z.string() }).safeParse(value).data ?? {};
  if (kind !== file.kind) {
    throw toFault(file, `${place || "it"} is no ${file.kind}${kind === undefined ? "" : ` but a ${kind}`}`);
  }
  const result = file.schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw toFault(file, `${[place, ...(issue?.path ?? [])].filter((step) => step !== "").join(".")}: ${issue?.message}`);
}

function toFault({ path, madeBy }: ResourceFile<unknown>, problem: string, cause?: unknown): PluginError {
  return new PluginError("invalid_argument", `${path} cannot be used: ${problem}.`, {
    fix: `Make it with: ${madeBy}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A list that Go writes as `null` when it is empty. */
export function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** A text that Go leaves out when it is empty. */
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? "");
