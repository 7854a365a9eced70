import { type ReadProblem, readBoundedFile } from "./file-access.ts";

/** The official limit. */
const mostBytes = 2_000;

/** The secret in a file, or why there is none. */
export type SecretReading = { readonly value: string } | { readonly problem: ReadProblem };

/** Whether a setting names a file that holds the secret: the official rule is that it begins with `/`. */
export function isSecretPath(value: string): boolean {
  return value.startsWith("/");
}

/** Reads a secret of at most 2000 bytes from a file, without the white space around it. */
export async function readSecretFile(path: string): Promise<SecretReading> {
  const content = await readBoundedFile(path, mostBytes);
  if ("problem" in content) {
    const { message, fix } = content.problem;
    return { problem: { message: `Error reading password from ${path}: ${message}`, fix } };
  }
  if (content.size > mostBytes) {
    return refuse(path, `the file is longer than ${mostBytes} bytes`, "leave only the secret in the file");
  }
  const value = Buffer.from(content.bytes).toString("utf8").trim();
  if (value === "") return refuse(path, "the file is empty", "write the secret into the file");
  if (/\p{Cc}/u.test(value))
    return refuse(path, "the file has more than one line", "leave only the secret in the file");
  return { value };
}

function refuse(path: string, message: string, fix: string): SecretReading {
  return { problem: { message: `Error reading password from ${path}: ${message}`, fix } };
}
