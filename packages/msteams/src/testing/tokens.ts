import { randomBytes } from "node:crypto";

/** What an access token is for. */
export type Audience = "graph" | "connector";

/** The tokens the fake login host has given. */
export interface Tokens {
  /** Looks like Microsoft's: three parts, the application permissions in the second. */
  issue(audience: Audience): string;
  /** Whether `authorization` is a valid bearer token for this audience. */
  accepts(authorization: string | undefined, audience: Audience): boolean;
  /** The application permissions that are granted at this moment; tokens carry those of their time. */
  grant(roles: readonly string[]): void;
  readonly roles: readonly string[];
  /** Every token so far. */
  readonly all: readonly string[];
  /** From now on no token of before is taken. */
  revokeAll(): void;
}

/** The permissions the official plugin asks for. */
const officialRoles: readonly string[] = [
  "AppCatalog.Read.All",
  "User.Read.All",
  "TeamsAppInstallation.ReadWriteSelfForUser.All",
  "TeamsAppInstallation.ReadWriteSelfForTeam.All",
];

export function createTokens(): Tokens {
  const valid = new Map<string, Audience>();
  const all: string[] = [];
  let roles = officialRoles;

  return {
    issue(audience) {
      const claims = { aud: audience, ...(audience === "graph" ? { roles } : {}) };
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const token = `${part({ typ: "JWT", alg: "none" })}.${part(claims)}.${randomBytes(24).toString("base64url")}`;
      valid.set(token, audience);
      all.push(token);
      return token;
    },
    accepts: (authorization, audience) => valid.get(/^Bearer (.+)$/u.exec(authorization ?? "")?.[1] ?? "") === audience,
    grant(granted) {
      roles = granted;
    },
    get roles() {
      return roles;
    },
    all,
    revokeAll: () => valid.clear(),
  };
}
