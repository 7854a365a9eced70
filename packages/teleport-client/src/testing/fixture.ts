import { readFileSync } from "node:fs";
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";

/** Decodes one of `src/fixtures`: bytes made by Teleport's genuine Go types. */
export function readFixture<T extends DescMessage>(schema: T, name: string): MessageShape<T> {
  return fromBinary(schema, readFileSync(new URL(`../fixtures/${name}.bin`, import.meta.url)));
}
