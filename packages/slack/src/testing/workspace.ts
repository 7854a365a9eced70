import type { Block } from "./block-kit-limits.ts";
import { SlackRefusal } from "./refusal.ts";

export interface FakeUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  deleted: boolean;
}

export interface FakeChannel {
  readonly id: string;
  /** Without `#`; for a direct channel the other person's name. */
  readonly name: string;
  readonly kind: "public" | "private" | "direct";
  /** Whether our bot is in it. */
  member: boolean;
  archived: boolean;
  /** Every post is refused with this code, for what a policy of the workspace forbids. */
  refuses?: string;
}

/** What a message showed at one time. */
export interface FakeContent {
  readonly at: Date;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface FakeMessage {
  readonly channel: string;
  readonly ts: string;
  /** Of the message this one replies to. */
  readonly threadTs: string | undefined;
  readonly metadata: unknown;
  readonly reactions: string[];
  readonly replies: FakeMessage[];
  /** Every content it ever had, oldest first; the last one is what it shows. */
  readonly history: FakeContent[];
  deleted: boolean;
}

/** What a message shows now. */
export function contentOf(message: FakeMessage): FakeContent {
  const content = message.history.at(-1);
  if (content === undefined) throw new Error("a message without content");
  return content;
}

/** People, channels and messages of one pretended workspace. */
export interface FakeWorkspace {
  readonly users: readonly FakeUser[];
  readonly channels: readonly FakeChannel[];
  /** In the order they were posted, without thread replies and with deleted ones. */
  readonly messages: readonly FakeMessage[];
  addUser(user: { email: string; name?: string; id?: string; deleted?: boolean }): FakeUser;
  addChannel(channel: Partial<Omit<FakeChannel, "kind">> & { name: string; kind?: "public" | "private" }): FakeChannel;
  findUser(match: (user: FakeUser) => boolean): FakeUser | undefined;
  /** By id, by name, or the direct channel of a user by the user's id: what `chat.postMessage` takes. */
  findChannel(idOrName: string): FakeChannel | undefined;
  openDirect(user: FakeUser): FakeChannel;
  findMessage(channel: string, ts: string): FakeMessage | undefined;
  post(channel: FakeChannel, content: Omit<FakeContent, "at">, metadata: unknown, threadTs?: string): FakeMessage;
}

export function createWorkspace(): FakeWorkspace {
  const users = new Map<string, FakeUser>();
  const channels = new Map<string, FakeChannel>();
  const messages: FakeMessage[] = [];
  const byAddress = new Map<string, FakeMessage>();
  const nextId = createIds();
  const nextTs = createTimestamps();

  function addChannel(channel: FakeChannel): FakeChannel {
    channels.set(channel.id, channel);
    return channel;
  }

  function openDirect(user: FakeUser): FakeChannel {
    const id = `D${user.id.slice(1)}`;
    const found = channels.get(id);
    return found ?? addChannel({ id, name: user.name, kind: "direct", member: true, archived: false });
  }

  return {
    get users() {
      return [...users.values()];
    },
    get channels() {
      return [...channels.values()];
    },
    messages,
    addUser({ email, name = email.replace(/@.*/u, ""), id = nextId("U"), deleted = false }) {
      const user = { id, email, name, deleted };
      users.set(id, user);
      return user;
    },
    addChannel: ({ name, id = nextId("C"), kind = "public", member = true, archived = false, ...more }) =>
      addChannel({ id, name, kind, member, archived, ...more }),
    findUser: (match) => findIn(users.values(), match),
    findChannel(idOrName) {
      const user = users.get(idOrName);
      if (user) return openDirect(user);
      const name = idOrName.replace(/^#/u, "");
      return (
        channels.get(idOrName) ??
        findIn(channels.values(), (channel) => channel.kind !== "direct" && channel.name === name)
      );
    },
    openDirect,
    findMessage: (channel, ts) => byAddress.get(`${channel}/${ts}`),
    post(channel, content, metadata, threadTs) {
      const parent = threadTs === undefined ? undefined : findParent(byAddress.get(`${channel.id}/${threadTs}`));
      const ts = nextTs();
      const history = [{ at: new Date(), ...content }];
      const message = {
        channel: channel.id,
        ts,
        threadTs,
        metadata,
        reactions: [],
        replies: [],
        history,
        deleted: false,
      };
      byAddress.set(`${channel.id}/${ts}`, message);
      (parent?.replies ?? messages).push(message);
      return message;
    },
  };
}

function findIn<T>(items: Iterable<T>, match: (item: T) => boolean): T | undefined {
  for (const item of items) if (match(item)) return item;
  return undefined;
}

/** For load: whatever person or channel the arguments of a call name exists afterwards. */
export function createWhatIsMissing(workspace: FakeWorkspace, values: Readonly<Record<string, unknown>>): void {
  const { email, channel } = values;
  if (typeof email === "string" && findUserByEmail(workspace, email) === undefined) workspace.addUser({ email });
  if (typeof channel !== "string" || channel === "" || workspace.findChannel(channel) !== undefined) return;
  if (/^C[A-Z0-9]{8,}$/u.test(channel)) workspace.addChannel({ id: channel, name: channel.toLowerCase() });
  if (/^#?[a-z0-9]/u.test(channel)) workspace.addChannel({ name: channel.replace(/^#/u, "") });
}

/** E-mail addresses of live accounts, in any case: a deactivated person is not found by e-mail. */
export function findUserByEmail(workspace: FakeWorkspace, email: string): FakeUser | undefined {
  const wanted = email.toLowerCase();
  return workspace.findUser((user) => !user.deleted && user.email.toLowerCase() === wanted);
}

function findParent(parent: FakeMessage | undefined): FakeMessage {
  if (parent === undefined || parent.deleted) throw new SlackRefusal("thread_not_found");
  if (parent.threadTs !== undefined) throw new SlackRefusal("cannot_reply_to_message");
  return parent;
}

function createIds(): (prefix: string) => string {
  let last = 0;
  return (prefix) => {
    last += 1;
    return `${prefix}0FAKE${last.toString(36).toUpperCase().padStart(5, "0")}`;
  };
}

/** Seconds and microseconds, unique, and a string: as a number it would lose its last digits. */
function createTimestamps(): () => string {
  let last = 0;
  return () => {
    last = Math.max(Date.now() * 1_000, last + 1);
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, "0")}`;
  };
}
