import type { FaultList } from "./fault.ts";

const name = "TELEPORT_TLS_ROUTING_CONN_UPGRADE";

/** The words Teleport's own clients take for a boolean in this variable. */
const words: ReadonlyMap<string, boolean> = new Map([
  ...["yes", "yeah", "y", "true", "1", "on"].map((word) => [word, true] as const),
  ...["no", "nope", "n", "false", "0", "off"].map((word) => [word, false] as const),
]);

/**
 * Reads the variable as Teleport's own clients do: entries between commas or semicolons, `<bool>` for all addresses or
 * `<host:port>=<bool>` for one; an address that nothing fits needs no upgrade. Undefined when the variable is not set.
 * An entry that makes no sense counts as no, and is a warning.
 */
export function parseConnectionUpgrade(
  text: string,
  faults: Pick<FaultList, "warn">,
): ((address: string) => boolean) | undefined {
  if (text === "") return undefined;
  const rules = new Map<string, boolean>();
  for (const entry of text.split(/[;,]/u).filter((part) => part !== "")) {
    const [, address = "", word = ""] = /^(?:(.*)=)?(.*)$/u.exec(entry) ?? [];
    const needed = words.get(word.toLowerCase());
    if (needed === undefined) warn(entry, faults);
    // The first entry for an address counts, but the last one for all.
    if (address === "" || !rules.has(address)) rules.set(address, needed ?? false);
  }
  return (address) => rules.get(address) ?? rules.get("") ?? false;
}

function warn(entry: string, faults: Pick<FaultList, "warn">): void {
  const message = `the environment variable ${name} holds "${entry}", which is neither a boolean nor "host:port=boolean"`;
  faults.warn([], message, `set ${name} to "yes", "no" or "host:port=yes,host:port=no", or unset it`);
}
