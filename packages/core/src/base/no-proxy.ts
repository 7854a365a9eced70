import { BlockList, isIP } from "node:net";

/** Whom to call; the host of an IPv6 address without brackets. */
interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * Whether a target is to be called directly, by the rules of Go's HTTP client: this machine always; else what a list
 * like `NO_PROXY` names: `*`, addresses, CIDR blocks, `example.com` with all below it, `.example.com` or
 * `*.example.com` for what is below only, each but a block with an optional port.
 */
export function isExempt(target: Target, none: string): boolean {
  const host = target.host.toLowerCase().replace(/\.$/u, "");
  if (host === "localhost" || isLoopback(host)) return true;
  return none
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && isNamed({ host, port: target.port }, entry));
}

function isLoopback(host: string): boolean {
  return isInBlock(host, "127.0.0.0", 8) || isInBlock(host, "::1", 128) || isInBlock(host, "::ffff:127.0.0.0", 104);
}

function isNamed({ host, port }: Target, entry: string): boolean {
  if (entry === "*") return true;
  const [, network, prefix] = /^([^/]+)\/(\d+)$/u.exec(entry) ?? [];
  if (network !== undefined) return isInBlock(host, network, Number(prefix));
  const named = splitPort(entry);
  if (named.port !== undefined && named.port !== String(port)) return false;
  if (isIP(named.host) !== 0) return isInBlock(host, named.host, isIP(named.host) === 6 ? 128 : 32);
  const domain = named.host.replace(/^\*\./u, ".");
  if (domain === "") return false;
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

/** An address written in another way is the same address. */
function isInBlock(host: string, network: string, prefix: number): boolean {
  const [family, ofNetwork] = [isIP(host), isIP(network)];
  if (family === 0 || family !== ofNetwork || prefix > (family === 6 ? 128 : 32)) return false;
  const name = family === 6 ? "ipv6" : "ipv4";
  const block = new BlockList();
  block.addSubnet(network, prefix, name);
  return block.check(host, name);
}

function splitPort(entry: string): { readonly host: string; readonly port?: string } {
  if (isIP(entry) !== 0) return { host: entry };
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/u.exec(entry) ?? [];
  return { host: bracketed ?? plain ?? "", ...(port === undefined ? {} : { port }) };
}
