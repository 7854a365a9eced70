import { Duplex } from "node:stream";
import type { SshChannel } from "@microsoft/dev-tunnels-ssh";

/** The bytes of an SSH channel. `end` is called once, when the stream or the channel has ended. */
export function createChannelWire(channel: SshChannel, end: () => void): Duplex {
  /** Bytes that were taken from the channel while nobody read: the server may send as many when somebody does. */
  let unread = 0;
  const acknowledge = (count: number) => {
    if (count > 0) channel.adjustWindow(count);
  };
  const wire = new Duplex({
    read() {
      acknowledge(unread);
      unread = 0;
    },
    write(chunk: Buffer, _encoding, done) {
      channel.send(chunk).then(() => done(), done);
    },
    destroy(error, done) {
      end();
      done(error);
    },
  });
  channel.onDataReceived((data) => {
    // The library reads its next message into the same bytes.
    if (wire.push(Buffer.from(data))) acknowledge(data.length);
    else unread += data.length;
  });
  channel.onEof(() => wire.push(null));
  channel.onClosed(() => wire.destroy());
  wire.once("end", () => wire.destroy());
  return wire;
}
