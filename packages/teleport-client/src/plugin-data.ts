import { type PluginData, type PluginDataAddress, type PluginDataKind, PluginError } from "@access-plugins/core";
import type { Caller } from "./caller.ts";
import { toPluginData } from "./convert.ts";

/** See `TeleportClient.getPluginData`. */
export async function getPluginData(
  caller: Caller,
  { kind, resource, plugin }: PluginDataAddress,
  signal: AbortSignal,
): Promise<PluginData | undefined> {
  const { PluginData: found } = await caller.call(
    {
      operation: "GetPluginData",
      run: ({ auth }, options) => auth.getPluginData({ Kind: kind, Resource: resource, Plugin: plugin }, options),
    },
    signal,
  );
  const [first] = found;
  return first === undefined ? undefined : toPluginData(first, plugin);
}

/** See `TeleportClient.getAllPluginData`. */
export async function getAllPluginData(
  caller: Caller,
  kind: PluginDataKind,
  plugin: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PluginData>> {
  const { PluginData: found } = await caller.call(
    {
      operation: "GetPluginData",
      run: ({ auth }, options) => auth.getPluginData({ Kind: kind, Plugin: plugin }, options),
    },
    signal,
  );
  const byResource = new Map<string, PluginData>();
  for (const object of found) {
    const entry = toPluginData(object, plugin);
    if (entry !== undefined) byResource.set(object.Metadata?.Name ?? "", entry);
  }
  return byResource;
}

/** See `TeleportClient.updatePluginData`. */
export async function updatePluginData(
  caller: Caller,
  { kind, resource, plugin }: PluginDataAddress,
  set: Readonly<Record<string, string>>,
  expect: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const operation = "UpdatePluginData";
  if (Object.keys(expect).length === 0) {
    const message = `${operation} was not sent: without expectations it would overwrite whatever is there.`;
    throw new PluginError("invalid_argument", message, { operation });
  }
  const update = { Kind: kind, Resource: resource, Plugin: plugin, Set: { ...set }, Expect: { ...expect } };
  await caller.call(
    { operation, write: true, run: ({ auth }, options) => auth.updatePluginData(update, options) },
    signal,
  );
}
