import type { SemanticVersion } from "../../base/semantic-version.ts";
import { fault, quote } from "./condition-fault.ts";

const shape = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/u;

/** Reads `18.2.8`, `v18.2.8`, `18.0.0-rc.1`. Build metadata counts for nothing. Throws for anything else. */
export function readVersion(text: string): SemanticVersion {
  const [, major, minor, patch, preRelease] = shape.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined || text.length > 256) {
    throw fault(`${quote(text)} is no semantic version: expected one such as "18.2.8"`);
  }
  return { numbers: [major, minor, patch].map(BigInt), preRelease: preRelease?.split(".") ?? [] };
}
