import { type UserV2, UserV2Schema } from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create } from "@bufbuild/protobuf";
import { accessDenied } from "../grpc/status-error.ts";
import { type RoleSpec, toLabelValues } from "./role.ts";
import { zeroTime } from "./timestamps.ts";

/** A Teleport user. */
export interface UserSpec {
  readonly name: string;
  readonly roles: readonly string[];
  readonly traits?: Readonly<Record<string, readonly string[]>>;
  /** What single sign-on and access lists made of the user; absent: there is no user login state. */
  readonly loginState?: {
    readonly roles?: readonly string[];
    readonly traits?: Readonly<Record<string, readonly string[]>>;
  };
}

/** The users and roles of the cluster. Changes take effect with the next call, also for open connections. */
export interface Directory {
  readonly users: ReadonlyMap<string, UserSpec>;
  readonly roles: ReadonlyMap<string, RoleSpec>;
  /** Adds or replaces. */
  setUser(user: UserSpec): void;
  deleteUser(name: string): void;
  /** Adds or replaces. */
  setRole(role: RoleSpec): void;
  deleteRole(name: string): void;
  /** The definitions of these roles. Throws PermissionDenied for one that does not exist. */
  resolveRoles(names: readonly string[]): readonly RoleSpec[];
  traitsOf(user: string): Readonly<Record<string, readonly string[]>>;
}

export function createDirectory(users: readonly UserSpec[], roles: readonly RoleSpec[]): Directory {
  const userMap = new Map(users.map((user) => [user.name, user]));
  const roleMap = new Map(roles.map((role) => [role.name, role]));
  return {
    users: userMap,
    roles: roleMap,
    setUser: (user) => void userMap.set(user.name, user),
    deleteUser: (name) => void userMap.delete(name),
    setRole: (role) => void roleMap.set(role.name, role),
    deleteRole: (name) => void roleMap.delete(name),
    resolveRoles: (names) =>
      names.map((name) => {
        const role = roleMap.get(name);
        if (!role) throw accessDenied(`access denied: role ${name} is not found`);
        return role;
      }),
    traitsOf: (user) => userMap.get(user)?.traits ?? {},
  };
}

/** The user as the wire has it. */
export function toUserMessage(user: UserSpec): UserV2 {
  return create(UserV2Schema, {
    Kind: "user",
    Version: "v2",
    Metadata: { Name: user.name, Namespace: "default", Revision: "1" },
    Spec: { Roles: [...user.roles], Traits: toLabelValues(user.traits ?? {}), Expires: zeroTime() },
  });
}
