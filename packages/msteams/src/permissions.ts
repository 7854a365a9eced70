import type { Operation } from "./limits.ts";

/** One application permission of Microsoft Graph that an administrator has to grant to the bot's app registration. */
export interface Permission {
  readonly name: string;
  /** Permissions that include this one. */
  readonly impliedBy: readonly string[];
  /** What does not work without it. */
  readonly without: string;
}

/** The permissions the official plugin asks for; nothing more is needed. */
export const permissions = {
  catalogue: {
    name: "AppCatalog.Read.All",
    impliedBy: ["AppCatalog.ReadWrite.All"],
    without: "the Teams app cannot be found in the organisation's catalogue, so nobody can be looked up",
  },
  users: {
    name: "User.Read.All",
    impliedBy: ["User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    without: "people cannot be found by e-mail address or id",
  },
  appsOfUsers: {
    name: "TeamsAppInstallation.ReadWriteSelfForUser.All",
    impliedBy: ["TeamsAppInstallation.ReadWriteForUser.All"],
    without: "the app cannot be installed for people, and their chats with it cannot be found",
  },
  appsOfTeams: {
    name: "TeamsAppInstallation.ReadWriteSelfForTeam.All",
    impliedBy: ["TeamsAppInstallation.ReadWriteForTeam.All", "TeamsAppInstallation.ReadForTeam.All"],
    without: "channels cannot be checked",
  },
} as const satisfies Readonly<Record<string, Permission>>;

/** The permission an operation of Graph needs. */
export const permissionFor: Readonly<Partial<Record<Operation, Permission>>> = {
  "graph.getApp": permissions.catalogue,
  "graph.getUser": permissions.users,
  "graph.batch": permissions.users,
  "graph.getInstalledApps": permissions.appsOfUsers,
  "graph.installApp": permissions.appsOfUsers,
  "graph.uninstallApp": permissions.appsOfUsers,
  "graph.getChat": permissions.appsOfUsers,
  "graph.getTeamApps": permissions.appsOfTeams,
};

/** What to do about a missing permission, as a sentence. */
export function toGrantFix({ name }: Permission): string {
  return `Add the application permission ${name} of Microsoft Graph to the bot's app registration in Entra and grant admin consent.`;
}
