import type { AccessRequest, ResourceId } from "../domain/access-request.ts";

/** What look-ups add to what a request says itself. */
export interface Enrichment {
  /** What to call resources, by the text form of their ids. */
  readonly resources: ReadonlyMap<string, string>;
  /** The logins each role gives the requester. */
  readonly logins: ReadonlyMap<string, readonly string[]>;
}

/** What a request shows only in raw form so far. */
export interface Wanted {
  readonly request: AccessRequest;
  /** Resources without a name, all of the cluster we talk to. */
  readonly resources: readonly ResourceId[];
  /** Roles without logins. */
  readonly roles: readonly string[];
}

/** Kinds whose resources are known to people by another name than the one in their id. */
export const namedKinds: ReadonlySet<string> = new Set(["node", "app", "user_group", "aws_ic_account"]);
