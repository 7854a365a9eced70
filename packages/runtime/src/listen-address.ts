/** Where a server listens. Without a host: on every address of the machine. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** Reads `host:port`, `[::1]:port` or `:port` as Go does; port 0 lets the system choose. Undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [all, bracketed, plain, digits] = /^(?:\[([^\]\s]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (all === undefined || port > 65_535) return undefined;
  return { host: (bracketed ?? plain) || undefined, port };
}
