import { type CancellationToken, SshClientSession, type SshMessage } from "@microsoft/dev-tunnels-ssh";

/** SSH_MSG_KEXINIT (RFC 4253 §12). */
const keyExchangeInit = 20;

/**
 * A client that takes new keys when the server wants them (RFC 4253 §9). The library answers a key exchange only where
 * it has begun one itself, and closes the session otherwise. A class because the library's sessions are classes.
 */
export class ClientSession extends SshClientSession {
  protected override async handleMessage(message: SshMessage, cancellation?: CancellationToken): Promise<void> {
    if (message.messageType === keyExchangeInit && this.kexService?.exchanging === false) {
      const [answer] = await this.kexService.startKeyExchange(false);
      await this.sendMessage(answer, cancellation);
    }
    await super.handleMessage(message, cancellation);
  }
}
