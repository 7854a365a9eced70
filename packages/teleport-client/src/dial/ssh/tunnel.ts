import type { KeyObject } from "node:crypto";
import type { Duplex } from "node:stream";
import { type Clock, PluginError } from "@access-plugins/core";
import { ChannelRequestMessage, type SshChannel, type SshDataWriter } from "@microsoft/dev-tunnels-ssh";
import { createConfiguration, createLoginKey } from "./algorithms.ts";
import type { SshCertificate } from "./certificate.ts";
import { createChannelWire } from "./channel-wire.ts";
import { ClientSession } from "./client-session.ts";
import { checkHost, type HostExpectation } from "./host-check.ts";
import { createLibraryStream, type LibraryStream } from "./library-stream.ts";

/** Who logs in to a Proxy by SSH, and which servers it trusts. */
export interface SshLogin {
  readonly certificate: SshCertificate;
  readonly key: KeyObject;
  readonly expectation: HostExpectation;
}

const channelType = "teleport-transport";
/** What to connect the channel to: the cluster's Auth Service. */
const destination = JSON.stringify({ address: "@remote-auth-server", conn_type: "" });
const maxReasonLength = 200;
/** A Proxy may say why it refuses after it did. */
const reasonMs = 1_000;

/**
 * A stream of bytes to the Auth Service, inside of SSH with a Proxy at the other end of the wire. Nothing is sent to a
 * server before it was verified. Takes the wire over in any case: it ends with the stream, or with the error.
 */
export async function openTunnel(wire: Duplex, login: SshLogin, clock: Clock, signal: AbortSignal): Promise<Duplex> {
  let hostFault: unknown;
  let isVerified = false;
  const failed = Promise.withResolvers<never>();
  const config = createConfiguration({
    key: login.key,
    checkHost(blob) {
      try {
        checkHost(blob, login.expectation);
      } catch (thrown) {
        hostFault = thrown;
        throw thrown;
      }
    },
    onVerified() {
      isVerified = true;
    },
  });
  const session = new ClientSession(config);
  // The key exchange fails without it; this is where the library asks.
  session.onAuthenticating((event) => {
    event.authenticationPromise = Promise.resolve(isVerified ? {} : null);
  });
  const stream = createLibraryStream(wire, () => failed.reject(notSsh()));
  const end = () => {
    session.dispose();
    wire.destroy();
  };
  const onAbort = () => failed.reject(signal.reason);
  const onClose = () =>
    failed.reject(stream.isGreeted ? Object.assign(new Error("connection closed"), { code: "ECONNRESET" }) : notSsh());
  wire.once("close", onClose);
  wire.once("end", onClose);
  // Most servers that speak something else hang up without a word.
  wire.on("error", (error) => failed.reject(stream.isGreeted ? error : notSsh(error)));
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const channel = await Promise.race([connect(session, stream, login, clock), failed.promise]);
    const tunnel = createChannelWire(channel, end);
    wire.once("close", () => tunnel.destroy());
    return tunnel;
  } catch (thrown) {
    end();
    throw hostFault ?? thrown;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function connect(
  session: ClientSession,
  stream: LibraryStream,
  { certificate }: SshLogin,
  clock: Clock,
): Promise<SshChannel> {
  await session.connect(stream).catch((cause: unknown) => {
    throw noAgreement(cause);
  });
  const username = certificate.principals[0] ?? certificate.keyId;
  const publicKeys = [createLoginKey(certificate)];
  if (!(await session.authenticate({ username, publicKeys }))) throw loginRefused();
  const channel = await session.openChannel(channelType).catch((cause: unknown) => {
    throw noConnection(toText(cause), cause);
  });
  let reason = "";
  channel.onExtendedDataReceived(({ data }) => {
    reason = `${reason}${data}`.slice(0, maxReasonLength);
  });
  if (await channel.request(new DialRequest("teleport-transport-dial", true))) return channel;
  const told = Promise.withResolvers<void>();
  const cancel = clock.after(reasonMs, told.resolve);
  channel.onClosed(() => told.resolve());
  await told.promise;
  cancel();
  throw noConnection(reason.trim());
}

/** The payload follows the request as it is, without its length. A class because the library's messages are classes. */
class DialRequest extends ChannelRequestMessage {
  protected override onWrite(writer: SshDataWriter): void {
    super.onWrite(writer);
    writer.write(Buffer.from(destination));
  }
}

const notSshReason = "not_ssh";

/** True when what answered does not speak SSH at all. */
export function isNotSsh(error: PluginError): boolean {
  return error.reason === notSshReason;
}

function notSsh(cause?: unknown): PluginError {
  const fix = "Check host and port: SSH tunnels are taken at port 3024, or at the web port with TLS routing.";
  return new PluginError("invalid_config", "the server does not speak SSH", { reason: notSshReason, fix, cause });
}

function noAgreement(cause: unknown): PluginError {
  const text = "the SSH server offers no host certificate, or nothing else of what this program speaks";
  return new PluginError("invalid_config", text, {
    reason: "ssh_no_agreement",
    fix: "Check host and port: this is no SSH tunnel of a Teleport Proxy.",
    cause,
  });
}

function loginRefused(): PluginError {
  return new PluginError("unauthenticated", "the Proxy refuses our SSH certificate", {
    reason: "ssh_login_refused",
    fix: "Renew the plugin's identity (tctl auth sign, or check tbot) and make sure that it is of this cluster.",
  });
}

function noConnection(reason: string, cause?: unknown): PluginError {
  const why = reason === "" ? "" : `: ${reason}`;
  return new PluginError("unavailable", `the Proxy does not connect us to the Auth Service${why}`, {
    reason: "ssh_dial_refused",
    fix: "If this repeats, see the Proxy's own log.",
    cause,
  });
}

function toText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.slice(0, maxReasonLength) : "";
}
