import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Duplex } from "node:stream";
import {
  ChannelRequestMessage,
  type KeyPair,
  NodeStream,
  type PublicKeyAlgorithm,
  SshAuthenticationType,
  type SshChannel,
  type SshDataReader,
  SshExtendedDataType,
  SshServerSession,
  SshSessionConfiguration,
  SshStream,
} from "@microsoft/dev-tunnels-ssh";
import type { SshAuthority } from "../credentials/ssh-certificate.ts";
import { keyTypeOf, signSsh, verifySsh } from "../credentials/ssh-key.ts";

/** The Proxy's own key and certificate. */
export interface TunnelHost {
  /** Who signed its certificate. Default: the authority that users are checked with. */
  readonly authority?: SshAuthority;
  /** Names it is for. */
  readonly names: readonly string[];
  /** Default Ed25519. */
  readonly key?: KeyObject;
  /** Default: in a year. */
  readonly validUntil?: Date;
}

export interface TunnelServerOptions {
  readonly authority: SshAuthority;
  readonly host: TunnelHost;
  /** It wants new keys after so many bytes. Default: the library's 512 MiB. */
  readonly rekeyBytes?: number;
  /** A connection to the Auth Service; undefined refuses. */
  connectAuth(): Duplex | undefined;
  /** Called for every user who logged in. */
  onUser(user: string): void;
  /** Called for every key exchange: at the begin of a session, and whenever it gets new keys. */
  onKeyExchange(): void;
}

/** The end of SSH tunnels: user certificates only, one channel type, one destination. */
export interface TunnelServer {
  serve(socket: Duplex): void;
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  "ssh-ed25519-cert-v01@openssh.com": "ssh-ed25519-cert-v01@openssh.com",
  "ecdsa-sha2-nistp256-cert-v01@openssh.com": "ecdsa-sha2-nistp256-cert-v01@openssh.com",
  "rsa-sha2-512-cert-v01@openssh.com": "ssh-rsa-cert-v01@openssh.com",
};

export function createTunnelServer(options: TunnelServerOptions): TunnelServer {
  const { authority, host, onUser, onKeyExchange, connectAuth, rekeyBytes } = options;
  const key = host.key ?? generateKeyPairSync("ed25519").privateKey;
  const validity = { from: new Date(Date.now() - 60_000), until: host.validUntil ?? new Date(Date.now() + 31_536e6) };
  const subject = { keyId: "proxy", principals: host.names };
  const certificate = (host.authority ?? authority).signHost(subject, key, validity);
  const hostKey = createKey(`${keyTypeOf(key)}-cert-v01@openssh.com`, certificate);
  const sign = async (data: Buffer) => {
    onKeyExchange();
    return signSsh(key, data);
  };

  async function start(socket: Duplex): Promise<void> {
    const config = new SshSessionConfiguration();
    config.publicKeyAlgorithms.length = 0;
    // Not among the library's types.
    if (rekeyBytes !== undefined) Object.assign(config, { keyRotationThreshold: rekeyBytes });
    for (const [name, type] of Object.entries(ALGORITHMS)) {
      config.publicKeyAlgorithms.push(createAlgorithm(name, type, sign, authority));
    }
    const session = new SshServerSession(config);
    session.credentials = { publicKeys: [hostKey] };
    session.onAuthenticating((event) => {
      event.authenticationPromise = findPrincipal(event.authenticationType, event.username ?? "", event.publicKey);
    });
    session.onChannelOpening(({ channel }) => serveChannel(channel));
    socket.once("close", () => session.dispose());
    await session.connect(new NodeStream(socket));
  }

  async function findPrincipal(type: SshAuthenticationType, user: string, publicKey: KeyPair | null) {
    const sent = await publicKey?.getPublicKeyBytes();
    const found = sent ? authority.findUser(sent) : undefined;
    if (!found?.principals.includes(user)) return null;
    if (type === SshAuthenticationType.clientPublicKey) onUser(user);
    return { user };
  }

  function serveChannel(channel: SshChannel): void {
    channel.onRequest((event) => {
      const { payload } = event.request.convertTo(new DialRequest());
      const isKnown = channel.channelType === "teleport-transport" && event.requestType === "teleport-transport-dial";
      const auth = isKnown && JSON.parse(payload).address === "@remote-auth-server" ? connectAuth() : undefined;
      event.isAuthorized = auth !== undefined;
      if (auth) join(channel, auth);
      else refuse(channel).catch(() => {});
    });
  }

  return {
    // Who connects only to see what is negotiated sends nothing.
    serve: (socket) =>
      void socket.once("readable", () => {
        if (socket.readableLength > 0) start(socket).catch(() => socket.destroy());
      }),
  };
}

/** Says why, and closes; both after the reply. */
async function refuse(channel: SshChannel): Promise<void> {
  await channel.sendExtendedData(SshExtendedDataType.STDERR, Buffer.from("no such destination"));
  await channel.close();
}

function join(channel: SshChannel, auth: Duplex): void {
  const stream = new SshStream(channel);
  stream.on("error", () => auth.destroy());
  auth.once("close", () => void channel.close().catch(() => {}));
  channel.onClosed(() => auth.destroy());
  stream.pipe(auth).pipe(stream);
}

/** The payload is all that follows. A class because the library's messages are classes. */
class DialRequest extends ChannelRequestMessage {
  payload = "";

  protected override onRead(reader: SshDataReader): void {
    super.onRead(reader);
    this.payload = reader.read(reader.available).toString("utf8");
  }
}

function createAlgorithm(
  name: string,
  type: string,
  sign: (data: Buffer) => Promise<Buffer>,
  authority: SshAuthority,
): PublicKeyAlgorithm {
  let sent: Buffer | undefined;
  const verify = async (data: Buffer, signature: Buffer) => {
    const user = sent && authority.findUser(sent);
    return user !== undefined && verifySsh(user.key, data, signature);
  };
  return {
    name,
    keyAlgorithmName: type,
    hashAlgorithmName: "",
    createKeyPair: () => createKey(type, undefined, (blob) => (sent = blob)),
    generateKeyPair: () => Promise.reject(new Error("not needed")),
    createSigner: () => ({ digestLength: 0, sign, dispose: () => {} }),
    createVerifier: () => ({ digestLength: 0, verify, dispose: () => {} }),
    readSignatureData: (signature) => signature,
    createSignatureData: (signature) => signature,
  };
}

function createKey(type: string, blob?: Buffer, onBlob: (blob: Buffer) => void = () => {}): KeyPair {
  let bytes = blob;
  const unused = () => Promise.reject(new Error("not needed"));
  return {
    keyAlgorithmName: type,
    hasPublicKey: true,
    hasPrivateKey: blob !== undefined,
    comment: null,
    async setPublicKeyBytes(next) {
      bytes = Buffer.from(next);
      onBlob(bytes);
    },
    getPublicKeyBytes: async () => bytes ?? null,
    generate: unused,
    importParameters: unused,
    exportParameters: unused,
    dispose: () => {},
  };
}
