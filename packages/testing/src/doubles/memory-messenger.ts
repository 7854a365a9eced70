import {
  type Call,
  type Clock,
  type MessageStatus,
  type Messenger,
  type Notice,
  PluginError,
  type RateLimiter,
  type Reminder,
  type Reply,
  type RequestMessage,
  type SentMessage,
  sleep,
} from "@access-plugins/core";

/** One posted message as the platform keeps it. */
export interface MemoryMessage {
  readonly place: string;
  readonly id: string;
  readonly key: string;
  /** What it shows, oldest first: the post, then every edit. */
  readonly versions: RequestMessage[];
  readonly replies: Reply[];
  /** The sign it carries. */
  sign?: MessageStatus;
}

/** One requester's own message. */
interface MemoryNotice {
  readonly place: string;
  readonly key: string;
  readonly notice: Notice;
}

export type MessengerMethod =
  | "check"
  | "findRecipient"
  | "post"
  | "findPosted"
  | "edit"
  | "reply"
  | "react"
  | "notify"
  | "remind";

/** One reminder as the platform keeps it. */
export interface MemoryReminder {
  readonly place: string;
  readonly id: string;
  readonly key: string;
  readonly reminder: Reminder;
}

/** A chat platform in memory, with faults on demand: for tests of core on a fake clock. */
export interface MemoryMessenger extends Messenger {
  readonly messages: readonly MemoryMessage[];
  readonly notices: readonly MemoryNotice[];
  readonly reminders: readonly MemoryReminder[];
  /** Every call that was let through: a later one of the same place shows a repeated try. */
  readonly calls: readonly { readonly method: MessengerMethod; readonly place: string }[];
  /** Runs before a call takes effect; throw to refuse it, return a promise to hold it. */
  before: ((method: MessengerMethod, place: string) => void | Promise<void>) | undefined;
  /** Runs after a call took effect; throw to lose its answer. */
  after: ((method: MessengerMethod, place: string) => void | Promise<void>) | undefined;
  /** The newest text-free state of every message of one request, by place. */
  statuses(requestId: string): Record<string, string[]>;
  delete(place: string): void;
}

export interface MemoryMessengerOptions {
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly latencyMs?: number;
  /** Leave out what a platform without threads lacks. */
  readonly withReplies?: boolean;
  /** Offer reminders of access-list reviews. */
  readonly withReminders?: boolean;
  /** Leave out what a platform without a search lacks. */
  readonly withSearch?: boolean;
  /** Leave out what a platform lacks that has no signs, or that cannot write to requesters. */
  readonly withExtras?: boolean;
  /** Aliases: other raw forms of one place. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** Raw recipients: `unknown-…` is not known, `gone-…` is deactivated, anything else is a place of that name. */
export function createMemoryMessenger(options: MemoryMessengerOptions): MemoryMessenger {
  const { clock, limiter, latencyMs = 0 } = options;
  const messages: MemoryMessage[] = [];
  const notices: MemoryNotice[] = [];
  const reminders: MemoryReminder[] = [];
  const calls: { method: MessengerMethod; place: string }[] = [];

  async function request<T>(method: MessengerMethod, place: string, call: Call, effect: () => T): Promise<T> {
    return limiter.run([`${method}`, `place ${place}`], call, async () => {
      calls.push({ method, place });
      await double.before?.(method, place);
      if (latencyMs > 0) await sleep(clock, latencyMs, call.signal);
      call.signal.throwIfAborted();
      const result = effect();
      await double.after?.(method, place);
      return result;
    });
  }

  function find(sent: SentMessage): MemoryMessage {
    const found = messages.find(({ place, id }) => place === sent["channel"] && id === sent["id"]);
    if (found === undefined) throw new PluginError("message_not_found", "The message was deleted.");
    return found;
  }

  const double: MemoryMessenger = {
    platform: "memory",
    messages,
    notices,
    reminders,
    calls,
    before: undefined,
    after: undefined,
    stored: {
      encode: (sent) => `${sent["channel"]}/${sent["id"]}`,
      decode(entry) {
        const [channel, id, ...rest] = entry.split("/");
        return channel && id && rest.length === 0 ? { channel, id } : undefined;
      },
      maxBytes: 80,
    },
    async *check(call) {
      await request("check", "", call, () => {});
      yield { code: "token", level: "ok", message: "The token works." };
    },
    findRecipient: (raw, as, call) =>
      request("findRecipient", raw, call, () => {
        if (raw.startsWith("unknown-")) throw new PluginError("recipient_unknown", `Nobody is called ${raw}.`);
        if (raw.startsWith("gone-")) throw new PluginError("recipient_gone", `${raw} is deactivated.`);
        return { id: options.aliases?.[raw] ?? raw, kind: as === "person" ? "person" : "channel" };
      }),
    post: (to, message, key, call) =>
      request("post", to.id, call, () => {
        const id = `m${messages.length + 1}`;
        messages.push({ place: to.id, id, key, versions: [message], replies: [] });
        return { channel: to.id, id };
      }),
    edit: (sent, message, call) =>
      request("edit", sent["channel"] ?? "", call, () => {
        find(sent).versions.push(message);
        return sent;
      }),
    ...(options.withReplies === false
      ? {}
      : {
          reply: (sent: SentMessage, what: Reply, _key: string, call: Call) =>
            request("reply", sent["channel"] ?? "", call, () => {
              find(sent).replies.push(what);
            }),
        }),
    ...(options.withReminders
      ? {
          remind: (to: { id: string }, reminder: Reminder, key: string, call: Call) =>
            request("remind", to.id, call, () => {
              const id = `r${reminders.length + 1}`;
              reminders.push({ place: to.id, id, key, reminder });
              return { channel: to.id, id };
            }),
        }
      : {}),
    ...(options.withSearch
      ? {
          findPosted: (to: { id: string }, key: string, call: Call) =>
            request("findPosted", to.id, call, () => {
              const isIt = (one: { place: string; key: string }) => one.place === to.id && one.key === key;
              if (notices.some(isIt)) return { channel: to.id, id: "notice" };
              const found = [...messages, ...reminders].find(isIt);
              return found === undefined ? undefined : { channel: found.place, id: found.id };
            }),
        }
      : {}),
    ...(options.withExtras === false
      ? {}
      : {
          react: (sent: SentMessage, status: MessageStatus, _before: MessageStatus | undefined, call: Call) =>
            request("react", sent["channel"] ?? "", call, () => {
              find(sent).sign = status;
            }),
          notify: (to: { id: string }, notice: Notice, key: string, call: Call) =>
            request("notify", to.id, call, () => {
              notices.push({ place: to.id, key, notice });
              return { channel: to.id, id: `n${notices.length}` };
            }),
        }),
    statuses(requestId) {
      const byPlace: Record<string, string[]> = {};
      for (const { place, versions } of messages) {
        const newest = versions.at(-1);
        if (newest?.requestId === requestId) byPlace[place] = [...(byPlace[place] ?? []), newest.status];
      }
      return byPlace;
    },
    delete(place) {
      for (let at = messages.length - 1; at >= 0; at -= 1) if (messages[at]?.place === place) messages.splice(at, 1);
    },
  };
  return double;
}
