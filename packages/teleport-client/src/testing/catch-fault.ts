import { PluginError } from "@access-plugins/core";

/** The {@link PluginError} that `run` throws; fails when it throws nothing or anything else. */
export async function catchFault(run: () => unknown): Promise<PluginError> {
  try {
    await run();
  } catch (thrown) {
    if (thrown instanceof PluginError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
