import { type ErrorCode, PluginError } from "@access-plugins/core";

/** Whom a connection was meant for: decides what an untrusted certificate means. */
export type Peer = "auth" | "web";

interface Fault {
  readonly code: ErrorCode;
  readonly text: string;
  readonly fix: string;
}

const checkAddress = "Check host and port of [teleport] addr.";
const renew = "Renew the plugin's identity (tctl auth sign, or check tbot) and make sure that it is of this cluster.";

/** TLS alerts with which a server refuses the certificate we sent (RFC 8446 §6.2), by number. */
const certificateAlerts: ReadonlyMap<number, string> = new Map([
  [42, "calls it bad"],
  [43, "does not support its kind"],
  [44, "calls it revoked"],
  [45, "calls it expired"],
  [46, "has an unspecified objection"],
  [48, "does not know the authority that signed it (was it rotated?)"],
  [49, "denies access"],
  [116, "got none"],
]);

const noProtocolAlert = 120;

/** Codes of OpenSSL's verification and of Node's own check of the name. */
const untrusted = /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|INVALID_CA|PATH_LENGTH|ERR_TLS_CERT_ALTNAME)/u;

const networkFaults: Readonly<Record<string, readonly [text: string, fix: string]>> = {
  ECONNREFUSED: ["the connection was refused", "Check host and port, and that Teleport is running there."],
  ECONNRESET: ["the connection was closed by the other side", "If this repeats, see Teleport's own log."],
  EPIPE: ["the connection was closed by the other side", "If this repeats, see Teleport's own log."],
  ETIMEDOUT: ["there was no answer", "Check host and port, and the firewalls between."],
  EHOSTUNREACH: ["the host is unreachable", "Check the network and the firewalls between."],
  ENETUNREACH: ["the network is unreachable", "Check the network of this machine."],
  ENOTFOUND: ["the host name does not resolve", "Check the host name, and this machine's DNS."],
  EAI_AGAIN: ["the host name could not be looked up", "Check this machine's DNS."],
};

/** The one place that explains what the network, OpenSSL and Node say while connecting. */
export function toDialError(thrown: unknown, peer: Peer): PluginError {
  if (thrown instanceof PluginError) return thrown;
  // Without a code it is neither the network's nor OpenSSL's: a stop, or a fault of ours.
  const isCoded = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string";
  if (!isCoded || thrown.name === "AbortError") return PluginError.from(thrown);
  const reason = String(thrown.code);
  const { code, text, fix } = findFault(thrown, reason, peer);
  return new PluginError(code, text, { fix, reason, cause: thrown });
}

/** True when the server said that it does not take our certificate. */
export function isOwnCertificateRefused(error: PluginError): boolean {
  return error.code === "unauthenticated" && /ALERT/u.test(error.reason ?? "");
}

function findFault({ message }: Error, reason: string, peer: Peer): Fault {
  const alert = findAlert(message);
  const refused = alert === undefined ? undefined : certificateAlerts.get(alert);
  if (refused !== undefined) {
    return { code: "unauthenticated", text: `the server refuses our certificate: it ${refused}`, fix: renew };
  }
  if (alert === noProtocolAlert) {
    const what = peer === "auth" ? "the Auth Service" : "a Proxy's web address";
    return { code: "invalid_config", text: `the server does not offer what ${what} speaks`, fix: checkAddress };
  }
  const network = networkFaults[reason];
  if (network !== undefined) return { code: "unavailable", text: `${network[0]} (${reason})`, fix: network[1] };
  if (untrusted.test(reason)) return toTrustFault(reason, peer);
  if (/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE)/u.test(reason)) {
    return { code: "invalid_config", text: `the server does not speak TLS (${reason})`, fix: checkAddress };
  }
  return { code: "unavailable", text: `the connection failed (${reason})`, fix: checkAddress };
}

function toTrustFault(reason: string, peer: Peer): Fault {
  if (peer === "web") {
    const fix =
      "Let the machine trust the authority of the Proxy's web certificate (system store, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS).";
    return { code: "unauthenticated", text: `the Proxy's web certificate is not trusted (${reason})`, fix };
  }
  const text = `the server's certificate is not of the identity's cluster (${reason})`;
  return { code: "unauthenticated", text, fix: `If this is the Auth Service of the right cluster: ${renew}` };
}

function findAlert(message: string): number | undefined {
  const [, number] = /SSL alert number (\d+)/u.exec(message) ?? [];
  return number === undefined ? undefined : Number(number);
}
