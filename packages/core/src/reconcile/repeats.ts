import type { Meter } from "../base/meter.ts";
import type { PluginError } from "../base/plugin-error.ts";
import { mayHaveHappened } from "./progress.ts";

/**
 * A message was sent again, though the first may have arrived: one may be too many. A try that the platform refused
 * (`failure`) has made none.
 */
export function countRepeated(meter: Meter, failure?: PluginError): void {
  if (failure !== undefined && !mayHaveHappened(failure)) return;
  meter.count("possible_duplicates_total", { cause: "unknown_outcome" });
}
