import { SlackRefusal } from "./refusal.ts";

/** The scopes the official plugin's documentation asks for. */
export const officialScopes: readonly string[] = ["chat:write", "users:read", "users:read.email"];

/** What this project asks for: the official scopes, and the one for reactions. */
export const wantedScopes: readonly string[] = [...officialScopes, "reactions:write"];

/** The tokens of the workspace and what each may do. */
export interface Tokens {
  /** Adds a token or gives a known one these scopes. */
  grant(token: string, scopes?: readonly string[]): void;
  revoke(token: string): void;
  /** The scopes of a live token; throws what Slack answers to any other. */
  authenticate(token: string | undefined): readonly string[];
}

export function createTokens(): Tokens {
  const scopesOf = new Map<string, readonly string[]>();
  const revoked = new Set<string>();
  return {
    grant(token, scopes = wantedScopes) {
      revoked.delete(token);
      scopesOf.set(token, scopes);
    },
    revoke(token) {
      revoked.add(token);
    },
    authenticate(token) {
      if (token === undefined || token === "") throw new SlackRefusal("not_authed");
      if (revoked.has(token)) throw new SlackRefusal("token_revoked");
      const scopes = scopesOf.get(token);
      if (scopes === undefined) throw new SlackRefusal("invalid_auth");
      return scopes;
    },
  };
}

/** Throws Slack's refusal unless one of the needed scopes is there. */
export function requireScope(needed: readonly string[], provided: readonly string[]): void {
  if (needed.length === 0 || needed.some((scope) => provided.includes(scope))) return;
  throw new SlackRefusal("missing_scope", { needed: needed.join(","), provided: provided.join(",") });
}
