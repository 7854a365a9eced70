import type { Plugin } from "./define-plugin.ts";
import type { Fault } from "./fault.ts";
import { type ReadProblem, readBoundedFile } from "./file-access.ts";
import { parseToml, type TomlDocument, type TomlSyntaxProblem } from "./toml-document.ts";

/** A configuration is a page of text; more is a wrong path. */
const mostConfigBytes = 1024 * 1024;

/** Reads the configuration file as TOML, or says what keeps it from being read. */
export async function readDocument(plugin: Plugin, path: string): Promise<TomlDocument | Fault> {
  if (path === "") return toFault("no configuration file is named", `name it: --config ${plugin.defaultConfigPath}`);
  const content = await readBoundedFile(path, mostConfigBytes);
  if ("problem" in content) return toReadFault(plugin, path, content.problem);
  if (content.size > mostConfigBytes) {
    return toFault("the file is larger than 1 MiB", "name the configuration file with --config");
  }
  const text = decodeUtf8(content.bytes);
  if (text === undefined) return toFault("the file is not UTF-8 text", "save it as UTF-8");
  const document = parseToml(text);
  return "root" in document ? document : toSyntaxFault(document);
}

function toReadFault(plugin: Plugin, path: string, { message, fix }: ReadProblem): Fault {
  if (message !== "the file does not exist") return toFault(message, fix);
  const create = `create it with \`${plugin.name} configure > ${path}\` and fill in your values`;
  return toFault(message, `${create}, or name another file with --config`);
}

function toFault(message: string, fix: string): Fault {
  return { level: "error", message, fix };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function toSyntaxFault({ message, line, column }: TomlSyntaxProblem): Fault {
  const fix = syntaxFixes.find(([part]) => message.includes(part))?.[1] ?? "correct the TOML at this place";
  return { ...toFault(`this is not TOML: ${message}`, fix), position: { line, column } };
}

const syntaxFixes: readonly (readonly [part: string, fix: string])[] = [
  ["redefine", "the same key or table is written twice: keep one"],
  ["invalid value", 'put texts in quotes: key = "value"'],
  ["control characters", "close the quotes on the same line"],
  ["unfinished string", "close the quotes on the same line"],
  ["followed by an end-of-line", "write one key per line"],
  ["escape", "write \\\\ for a backslash, or put the text in single quotes"],
  ["unfinished array", "close the array with ]"],
];
