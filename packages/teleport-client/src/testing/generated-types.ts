import { globSync } from "node:fs";
import { createRegistry, type DescFile, type Registry } from "@bufbuild/protobuf";

/** Every type that the generated files declare, found by glob so that no file can be forgotten. */
export async function loadGeneratedTypes(): Promise<Registry> {
  const folder = new URL("../gen/", import.meta.url);
  const names = globSync("**/*_pb.ts", { cwd: folder });
  const modules = await Promise.all(names.map((name): Promise<object> => import(new URL(name, folder).href)));
  return createRegistry(...modules.flatMap((module) => Object.values(module).filter(isFile)));
}

function isFile(value: unknown): value is DescFile {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "file";
}
