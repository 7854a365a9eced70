import { expect, test } from "vitest";
import { toTargetText } from "./address.ts";
import { toTunnelTarget, tunnelAddressSchema } from "./tunnel-address.ts";

const asked = { host: "asked.example.com", port: 8443 };
const public_addr = "public.example.com:443";
const anywhere = { tunnel_listen_addr: "0.0.0.0:4024", web_listen_addr: "[::]:4080" };

test.each<[boolean, object, string]>([
  [true, {}, "asked.example.com:8443"],
  [true, { public_addr, ...anywhere }, "public.example.com:443"],
  [true, { public_addr: "public.example.com", ...anywhere }, "public.example.com:4080"],
  [true, { public_addr: "public.example.com" }, "public.example.com:443"],
  [false, {}, "asked.example.com:3024"],
  [false, anywhere, "asked.example.com:4024"],
  [false, { public_addr, ...anywhere }, "public.example.com:4024"],
  [false, { public_addr, ssh_public_addr: "ssh.example.com:3023", ...anywhere }, "ssh.example.com:4024"],
  [false, { ssh_tunnel_public_addr: "tunnel.example.com:5024", ssh_public_addr: "x:1" }, "tunnel.example.com:5024"],
  [false, { ssh_tunnel_public_addr: "tunnel.example.com" }, "tunnel.example.com:3024"],
  [false, { tunnel_listen_addr: "192.0.2.7:3024" }, "192.0.2.7:3024"],
  [false, { tunnel_listen_addr: "[2001:db8::7]:3024" }, "[2001:db8::7]:3024"],
])("with TLS routing %j, %j: tunnels are taken at %s", (tlsRouting, addresses, target) => {
  expect(toTargetText(toTunnelTarget(tunnelAddressSchema.parse(addresses), tlsRouting, asked))).toBe(target);
});
