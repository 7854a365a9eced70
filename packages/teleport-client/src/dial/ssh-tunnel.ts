import { PluginError, sleep } from "@access-plugins/core";
import type { Credentials } from "../identity.ts";
import type { Target } from "./address.ts";
import { toDialError } from "./dial-fault.ts";
import type { Discovery } from "./discovery.ts";
import type { Network } from "./network.ts";
import { notApplicable, type Route, startAuthTls } from "./route.ts";
import { parseCertificateLine } from "./ssh/certificate.ts";
import { toAuthorities } from "./ssh/host-check.ts";
import { isNotSsh, openTunnel, type SshLogin } from "./ssh/tunnel.ts";
import { limitStep } from "./step-limit.ts";
import { tunnelProtocol } from "./upgrade-probe.ts";
import type { OpenWire } from "./wire.ts";

/** A Proxy with TLS routing needs no tunnel: it has to be ahead of one that is as fast. */
const headStartMs = 500;

/**
 * Through an SSH tunnel of the Proxy, as Teleport's own plugins connect: at its web port inside of TLS, or, with TLS
 * routing switched off, at a port of its own, which its web API tells.
 */
export function createSshTunnelRoute(discovery: Discovery, network: Network): Route {
  let hasServed = false;
  return {
    name: "SSH tunnel",
    target: network.describe(discovery.target),
    async connect(credentials, signal) {
      const { tlsRouting, tunnel, clusterName } = await discovery.knownSettings(signal);
      if (credentials.ssh === undefined) throw tlsRouting ? noSsh() : needsSsh(clusterName);
      if (!tlsRouting) return connectTunnel(tunnel, network.openWire, network, credentials, signal);
      if (!hasServed) await sleep(network.clock, headStartMs, signal);
      const openTls: OpenWire = (target, limit) => network.openWeb(target, [tunnelProtocol], limit);
      const socket = await connectTunnel(tunnel, openTls, network, credentials, signal);
      hasServed = true;
      return socket;
    },
  };
}

/** Through the port of a Proxy that takes SSH tunnels and nothing else: the web API is not asked. */
export function createSshRoute(target: Target, network: Network): Route {
  return {
    name: "SSH",
    target: network.describe(target),
    async connect(credentials, signal) {
      if (credentials.ssh === undefined) throw noSsh();
      try {
        return await connectTunnel(target, network.openWire, network, credentials, signal);
      } catch (thrown) {
        // Any port may be the one for tunnels; most are another.
        if (thrown instanceof PluginError && isNotSsh(thrown)) throw notApplicable(thrown.message, thrown);
        throw thrown;
      }
    },
  };
}

async function connectTunnel(
  target: Target,
  openWire: OpenWire,
  { clock }: Network,
  credentials: Credentials,
  signal: AbortSignal,
) {
  try {
    const login = toLogin(credentials, target.host, clock.now());
    const wire = await openWire(target, signal);
    const tunnel = await limitStep(clock, signal, (limit) => openTunnel(wire, login, clock, limit));
    return await limitStep(clock, signal, (limit) => startAuthTls(tunnel, credentials, [], limit));
  } catch (thrown) {
    throw toDialError(thrown, "auth");
  }
}

function toLogin({ ssh, place }: Credentials, host: string, now: Date): SshLogin {
  if (ssh === undefined) throw noSsh();
  try {
    const certificate = parseCertificateLine(ssh.certificate);
    return { certificate, key: ssh.key, expectation: { authorities: toAuthorities(ssh.authorities), host, now } };
  } catch (cause) {
    throw new PluginError("invalid_config", `${place} holds an SSH certificate that cannot be read`, {
      fix: "Write the identity file anew (tctl auth sign, or check tbot).",
      cause,
    });
  }
}

function noSsh(): PluginError {
  return notApplicable("the credentials hold nothing for SSH");
}

function needsSsh(clusterName: string): PluginError {
  const text = `the Proxy of "${clusterName}" has TLS routing switched off, and the credentials hold nothing for SSH`;
  return new PluginError("invalid_config", text, {
    reason: "ssh_certificate_missing",
    fix: "Use an identity file, which holds an SSH certificate, or the Auth Service's own address (host:3025) as [teleport] addr, or let the cluster's administrator set proxy_listener_mode: multiplex.",
  });
}
