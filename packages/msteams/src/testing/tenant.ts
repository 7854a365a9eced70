import { randomUUID } from "node:crypto";

export interface FakeUser {
  readonly id: string;
  mail: string;
  upn: string;
  readonly aliases: string[];
  readonly name: string;
  enabled: boolean;
  /** Without a Teams licence Graph finds the person and Teams does not. */
  licensed: boolean;
}

interface FakeTeam {
  /** Id of its group. */
  readonly id: string;
  readonly name: string;
  /** Whether the app was added to it. */
  hasApp: boolean;
}

interface FakeApp {
  /** The catalogue's id. */
  readonly id: string;
  /** The manifest's id. */
  readonly externalId: string;
  readonly name: string;
}

/** A chat between a person and the bot, or a channel. */
export interface FakeConversation {
  readonly id: string;
  readonly kind: "person" | "channel";
  /** The person's or the team's id. */
  readonly owner: string;
  readonly name: string;
  /** Every message is refused with this word, for what the person or a policy forbids. */
  refuses?: string;
}

/** The app at a person. */
interface FakeInstallation {
  readonly id: string;
  readonly user: string;
  readonly conversation: string;
  /** Questions that are still answered as if it were not there. */
  hiddenReads: number;
  /** Messages that are still refused. */
  refusedPosts: number;
}

/** What a message showed at one time. */
interface FakeContent {
  readonly at: Date;
  readonly activity: unknown;
}

export interface FakeMessage {
  readonly conversation: string;
  readonly id: string;
  /** Every content it ever had, oldest first; the last one is what it shows. */
  readonly history: FakeContent[];
  deleted: boolean;
}

/** How long a new installation needs until all of Microsoft's services know of it. */
export interface InstallDelay {
  readonly hiddenReads: number;
  readonly refusedPosts: number;
}

/** People, teams, apps and messages of one pretended tenant. */
export interface FakeTenant {
  readonly users: readonly FakeUser[];
  readonly teams: readonly FakeTeam[];
  readonly apps: readonly FakeApp[];
  readonly installations: readonly FakeInstallation[];
  readonly conversations: readonly FakeConversation[];
  /** In the order they were posted, with deleted ones. */
  readonly messages: readonly FakeMessage[];
  addUser(user: Partial<Omit<FakeUser, "mail">> & { readonly mail: string }): FakeUser;
  addTeam(team: Partial<FakeTeam> & { readonly name: string }): FakeTeam;
  addApp(app: Partial<FakeApp> & { readonly externalId: string }): FakeApp;
  removeApp(id: string): void;
  addChannel(team: FakeTeam, channel: { readonly name: string; readonly id?: string }): FakeConversation;
  /** By id or user principal name, as Graph's paths take it. */
  findUser(key: string): FakeUser | undefined;
  findTeam(id: string): FakeTeam | undefined;
  findConversation(id: string): FakeConversation | undefined;
  findInstallation(user: FakeUser): FakeInstallation | undefined;
  install(user: FakeUser, delay: InstallDelay): FakeInstallation;
  uninstall(installation: FakeInstallation): void;
  findMessage(conversation: string, id: string): FakeMessage | undefined;
  post(conversation: FakeConversation, activity: unknown): FakeMessage;
  /** Where somebody in Teams copies a channel's link from. */
  linkOf(channel: FakeConversation): string;
}

export function createTenant(tenantId: string): FakeTenant {
  const users = new Map<string, FakeUser>();
  const teams = new Map<string, FakeTeam>();
  const apps = new Map<string, FakeApp>();
  const installations = new Map<string, FakeInstallation>();
  const conversations = new Map<string, FakeConversation>();
  const messages: FakeMessage[] = [];
  const byAddress = new Map<string, FakeMessage>();
  const nextId = createActivityIds();

  return {
    get users() {
      return [...users.values()];
    },
    get teams() {
      return [...teams.values()];
    },
    get apps() {
      return [...apps.values()];
    },
    get installations() {
      return [...installations.values()];
    },
    get conversations() {
      return [...conversations.values()];
    },
    messages,
    addUser({ mail, id = randomUUID(), upn = mail, aliases = [], name = mail.replace(/@.*/u, ""), ...more }) {
      const user = { id, mail, upn, aliases, name, enabled: true, licensed: true, ...more };
      users.set(id, user);
      return user;
    },
    addTeam({ name, id = randomUUID(), hasApp = true }) {
      const team = { id, name, hasApp };
      teams.set(id, team);
      return team;
    },
    addApp({ externalId, id = randomUUID(), name = "TeleBot" }) {
      const app = { id, externalId, name };
      apps.set(id, app);
      return app;
    },
    removeApp: (id) => void apps.delete(id),
    addChannel(team, { name, id = `19:${randomUUID().replaceAll("-", "")}@thread.tacv2` }) {
      const channel: FakeConversation = { id, kind: "channel", owner: team.id, name };
      conversations.set(id, channel);
      return channel;
    },
    findUser(key) {
      const wanted = key.toLowerCase();
      return users.get(wanted) ?? find(users.values(), ({ upn }) => upn.toLowerCase() === wanted);
    },
    findTeam: (id) => teams.get(id),
    findConversation: (id) => conversations.get(id),
    findInstallation: (user) => installations.get(user.id),
    install(user, delay) {
      const conversation = chatOf(user);
      conversations.set(conversation.id, conversations.get(conversation.id) ?? conversation);
      const id = Buffer.from(`install##${user.id}`).toString("base64");
      const installation = { id, user: user.id, conversation: conversation.id, ...delay };
      installations.set(user.id, installation);
      return installation;
    },
    uninstall: ({ user }) => void installations.delete(user),
    findMessage: (conversation, id) => byAddress.get(`${conversation} ${id}`),
    post(conversation, activity) {
      const message: FakeMessage = {
        conversation: conversation.id,
        id: nextId(),
        history: [{ at: new Date(), activity }],
        deleted: false,
      };
      byAddress.set(`${conversation.id} ${message.id}`, message);
      messages.push(message);
      return message;
    },
    linkOf({ id, owner, name }) {
      const path = `https://teams.microsoft.com/l/channel/${encodeURIComponent(id)}/${encodeURIComponent(name)}`;
      return `${path}?groupId=${owner}&tenantId=${tenantId}`;
    },
  };
}

/** The chat of a person and the bot is the same after the app was removed and installed again. */
function chatOf(user: FakeUser): FakeConversation {
  const id = `19:${user.id}_00000000-0000-0000-0000-00000000b07a@unq.gbl.spaces`;
  return { id, kind: "person", owner: user.id, name: user.name };
}

/** What a message shows now. */
export function contentOf(message: FakeMessage): unknown {
  const content = message.history.at(-1);
  if (content === undefined) throw new Error("a message without content");
  return content.activity;
}

function find<T>(items: Iterable<T>, match: (item: T) => boolean): T | undefined {
  for (const item of items) if (match(item)) return item;
  return undefined;
}

/** Milliseconds since 1970, as Teams' own, and unique. */
function createActivityIds(): () => string {
  let last = 0;
  return () => {
    last = Math.max(Date.now(), last + 1);
    return String(last);
  };
}
