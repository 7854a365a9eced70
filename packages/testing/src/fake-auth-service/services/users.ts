import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import {
  UserLoginStateSchema,
  UserLoginStateService,
} from "@access-plugins/teleport-client/gen/teleport/userloginstate/v1/userloginstate_pb";
import { GetUserResponseSchema, UsersService } from "@access-plugins/teleport-client/gen/teleport/users/v1/users_pb";
import { create } from "@bufbuild/protobuf";
import { type Cluster, callerOf } from "../cluster/cluster.ts";
import { toUserMessage, type UserSpec } from "../cluster/directory.ts";
import type { Caller } from "../cluster/permissions.ts";
import { toRoleMessage } from "../cluster/role.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";
import { badParameter, notFound } from "../grpc/status-error.ts";

/** Users by the new service and the old methods, roles, and the caller's own. */
export function serveUsers(host: GrpcHost, cluster: Cluster): void {
  const { directory } = cluster;
  const findUser = (name: string, caller: Caller): UserSpec => {
    if (name !== caller.user) caller.demand("user", "read");
    const user = directory.users.get(name);
    if (!user) throw notFound(`user "${name}" not found`);
    return user;
  };
  host.serve(UsersService, {
    getUser({ name, currentUser }, context) {
      const caller = callerOf(cluster, context);
      if (currentUser && name !== "") throw badParameter("name and current_user are mutually exclusive");
      const user = findUser(currentUser ? caller.user : name, caller);
      return create(GetUserResponseSchema, { user: toUserMessage(user) });
    },
  });
  host.serve(UserLoginStateService, {
    getUserLoginState({ name }, context) {
      const caller = callerOf(cluster, context);
      if (name !== caller.user) caller.demand("user_login_state", "read");
      const user = directory.users.get(name);
      if (!user?.loginState) throw notFound(`user_login_state "${name}" doesn't exist`);
      return toLoginState(user, user.loginState);
    },
  });
  host.serve(AuthService, {
    getUser: ({ Name }, context) => toUserMessage(findUser(Name, callerOf(cluster, context))),
    getCurrentUser(_request, context) {
      const caller = callerOf(cluster, context);
      return toUserMessage(findUser(caller.user, caller));
    },
    getCurrentUserRoles(_request, context, send) {
      for (const role of callerOf(cluster, context).roles) send(toRoleMessage(role));
    },
    getRole({ Name }, context) {
      const caller = callerOf(cluster, context);
      if (!caller.roles.some((role) => role.name === Name)) caller.demand("role", "read");
      const role = directory.roles.get(Name);
      if (!role) throw notFound(`role "${Name}" is not found`);
      return toRoleMessage(role);
    },
  });
}

function toLoginState({ name, roles, traits }: UserSpec, state: NonNullable<UserSpec["loginState"]>) {
  const toTraits = (from: UserSpec["traits"]) =>
    Object.entries(from ?? {}).map(([key, values]) => ({ key, values: [...values] }));
  return create(UserLoginStateSchema, {
    header: { kind: "user_login_state", version: "v1", metadata: { name } },
    spec: {
      roles: [...(state.roles ?? roles)],
      traits: toTraits(state.traits),
      userType: "sso",
      originalRoles: [...roles],
      originalTraits: toTraits(traits),
    },
  });
}
