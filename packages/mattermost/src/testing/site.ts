import { newId } from "./ids.ts";

export interface FakeUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly isBot: boolean;
  readonly createdAt: number;
  /** Above 0 for a deactivated account. */
  deletedAt: number;
}

export interface FakeTeam {
  readonly id: string;
  readonly name: string;
  readonly members: Set<string>;
}

export interface FakeChannel {
  readonly id: string;
  /** Empty for a direct channel. */
  readonly teamId: string;
  readonly kind: "O" | "P" | "D";
  /** As in the URL. */
  readonly name: string;
  readonly displayName: string;
  readonly createdAt: number;
  readonly members: Set<string>;
  /** Above 0 when it is archived. */
  deletedAt: number;
}

/** What a post showed at one time. */
export interface FakeContent {
  readonly at: number;
  readonly message: string;
  /** As stored: with the integrations of buttons, which no answer holds. */
  readonly props: Readonly<Record<string, unknown>>;
}

export interface FakePost {
  readonly id: string;
  readonly channelId: string;
  readonly userId: string;
  /** Of the thread it belongs to; empty at the top level. */
  readonly rootId: string;
  readonly createdAt: number;
  updatedAt: number;
  editedAt: number;
  deletedAt: number;
  pinned: boolean;
  readonly reactions: { readonly userId: string; readonly emoji: string }[];
  readonly replies: FakePost[];
  /** Every content it ever had, oldest first; the last one is what it shows. */
  readonly history: FakeContent[];
}

/** What a post shows now. */
export function contentOf(post: FakePost): FakeContent {
  const content = post.history.at(-1);
  if (content === undefined) throw new Error("a post without content");
  return content;
}

/** People, teams, channels and posts of one pretended server. */
export interface FakeSite {
  readonly users: readonly FakeUser[];
  readonly teams: readonly FakeTeam[];
  readonly channels: readonly FakeChannel[];
  /** In the order they were posted, without replies and with deleted ones. */
  readonly posts: readonly FakePost[];
  /** Token to the user it signs in; a disabled one is taken out. */
  readonly tokens: Map<string, string>;
  addUser(user: NewUser): FakeUser;
  addTeam(name: string, id?: string): FakeTeam;
  addChannel(channel: NewChannel): FakeChannel;
  user(id: string): FakeUser | undefined;
  findUser(match: (user: FakeUser) => boolean): FakeUser | undefined;
  team(name: string): FakeTeam | undefined;
  channel(id: string): FakeChannel | undefined;
  findChannel(teamId: string, name: string): FakeChannel | undefined;
  /** Gets or creates the direct channel of two users. */
  openDirect(from: FakeUser, to: FakeUser, id?: string): FakeChannel;
  post(id: string): FakePost | undefined;
  addPost(post: NewPost): FakePost;
  /** With everything in its thread. */
  deletePost(post: FakePost): void;
}

interface NewUser {
  readonly email: string;
  readonly username?: string;
  readonly id?: string;
  readonly isBot?: boolean;
  readonly deactivated?: boolean;
}

interface NewChannel {
  readonly team: FakeTeam;
  readonly name: string;
  readonly id?: string;
  readonly kind?: "O" | "P";
  readonly displayName?: string;
  readonly members?: readonly FakeUser[];
  readonly archived?: boolean;
}

interface NewPost {
  readonly channelId: string;
  readonly userId: string;
  readonly rootId: string;
  readonly message: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly id?: string;
}

export function createSite(now: () => number = Date.now): FakeSite {
  const users = new Map<string, FakeUser>();
  const teams = new Map<string, FakeTeam>();
  const channels = new Map<string, FakeChannel>();
  const channelNames = new Map<string, FakeChannel>();
  const posts = new Map<string, FakePost>();
  const topLevel: FakePost[] = [];

  function keepChannel(channel: FakeChannel): FakeChannel {
    channels.set(channel.id, channel);
    channelNames.set(`${channel.teamId}/${channel.name}`, channel);
    return channel;
  }

  return {
    get users() {
      return [...users.values()];
    },
    get teams() {
      return [...teams.values()];
    },
    get channels() {
      return [...channels.values()];
    },
    posts: topLevel,
    tokens: new Map(),
    addUser({ email, username = email.replace(/@.*/u, ""), id = newId(), isBot = false, deactivated = false }) {
      const user = { id, username, email, isBot, createdAt: now(), deletedAt: deactivated ? now() : 0 };
      users.set(id, user);
      return user;
    },
    addTeam(name, id = newId()) {
      const team = { id, name, members: new Set<string>() };
      teams.set(name, team);
      return team;
    },
    addChannel({ team, name, id = newId(), kind = "O", displayName = name, members = [], archived = false }) {
      const people = new Set(members.map((member) => member.id));
      for (const member of people) team.members.add(member);
      const times = { createdAt: now(), deletedAt: archived ? now() : 0 };
      return keepChannel({ id, teamId: team.id, kind, name, displayName, members: people, ...times });
    },
    user: (id) => users.get(id),
    findUser(match) {
      for (const user of users.values()) if (match(user)) return user;
      return undefined;
    },
    team: (name) => teams.get(name.toLowerCase()),
    channel: (id) => channels.get(id),
    findChannel: (teamId, name) => channelNames.get(`${teamId}/${name.toLowerCase()}`),
    openDirect(from, to, id = newId()) {
      const name = [from.id, to.id].sort().reverse().join("__");
      const found = channelNames.get(`/${name}`);
      const members = new Set([from.id, to.id]);
      return (
        found ??
        keepChannel({ id, teamId: "", kind: "D", name, displayName: "", members, createdAt: now(), deletedAt: 0 })
      );
    },
    post: (id) => posts.get(id),
    addPost({ id = newId(), message, props, ...place }) {
      const at = now();
      const post: FakePost = {
        ...place,
        id,
        createdAt: at,
        updatedAt: at,
        editedAt: 0,
        deletedAt: 0,
        pinned: false,
        reactions: [],
        replies: [],
        history: [{ at, message, props }],
      };
      posts.set(id, post);
      (posts.get(place.rootId)?.replies ?? topLevel).push(post);
      return post;
    },
    deletePost(post) {
      for (const one of [post, ...post.replies]) one.deletedAt = now();
    },
  };
}
