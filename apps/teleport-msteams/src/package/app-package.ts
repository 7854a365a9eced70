import { randomUUID } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import { colourIcon, outlineIcon } from "./icons.ts";
import { createManifest } from "./manifest.ts";

/** The Teams app of one bot, as Teams takes it for upload. */
export interface AppPackage {
  /** Goes into `msapi.teams_app_id`. */
  readonly teamsAppId: string;
  /** What the package holds, by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The package itself: all files at its root. */
  readonly zip: Uint8Array;
}

export function createAppPackage({ appId }: { readonly appId: string }): AppPackage {
  const teamsAppId = randomUUID();
  const manifest = JSON.stringify(createManifest({ teamsAppId, appId }), undefined, 2);
  const files = {
    "manifest.json": strToU8(`${manifest}\n`),
    "color.png": colourIcon(),
    "outline.png": outlineIcon(),
  };
  return { teamsAppId, files, zip: zipSync(files, { level: 9 }) };
}
