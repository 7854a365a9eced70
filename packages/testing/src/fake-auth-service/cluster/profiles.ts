/** The major versions of Teleport that can be played. */
export type ProfileName = 14 | 15 | 18;

/** What servers of a major version have and lack (and old ones answer Unimplemented to). */
export interface Profile {
  readonly serverVersion: string;
  /** Lowest major of a client's `version` header that is let in; 0: not checked. */
  readonly minClientMajor: number;
  readonly minClientVersion: string;
  /** `ResourceExpiry` on requests and an expiry job; without it `Metadata.Expires` and a storage TTL. */
  readonly resourceExpiry: boolean;
  /** Revisions are strings everywhere; older servers sent a numeric `Metadata.ID` as well. */
  readonly numericIds: boolean;
  /** Dry runs answer with `DryRunEnrichment`. */
  readonly dryRunEnrichment: boolean;
  /** Access monitoring rules: methods and watch kind. */
  readonly monitoringRules: boolean;
  /** Ids of requests: version 7 (ordered by time) or version 4. */
  readonly uuidVersion: 4 | 7;
  /** Connection upgrades as web sockets; all versions know those of the old kind. */
  readonly webSocketUpgrade: boolean;
  /** Full paths of methods of ours that this version does not have. */
  readonly missing: ReadonlySet<string>;
}

const LIST_REQUESTS = "/proto.AuthService/ListAccessRequests";
const USERS = "/teleport.users.v1.UsersService/GetUser";
const OWNERS = "/teleport.accesslist.v1.AccessListService/GetAccessListOwners";
const RULES = "/teleport.accessmonitoringrules.v1.AccessMonitoringRulesService";
const RULES_WITH_FILTER = `${RULES}/ListAccessMonitoringRulesWithFilter`;
const allRules = ["Create", "Update", "Upsert", "Get", "Delete"].map((verb) => `${RULES}/${verb}AccessMonitoringRule`);

const old = {
  minClientMajor: 0,
  minClientVersion: "",
  resourceExpiry: false,
  numericIds: true,
  uuidVersion: 4,
} as const;

/** The facts come from the API trees of 14.3.13, 15.1.9 and 18.0.0. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  14: {
    ...old,
    serverVersion: "14.3.13",
    webSocketUpgrade: false,
    dryRunEnrichment: false,
    monitoringRules: false,
    missing: new Set([
      LIST_REQUESTS,
      USERS,
      OWNERS,
      RULES_WITH_FILTER,
      `${RULES}/ListAccessMonitoringRules`,
      ...allRules,
    ]),
  },
  15: {
    ...old,
    serverVersion: "15.1.9",
    webSocketUpgrade: true,
    dryRunEnrichment: false,
    monitoringRules: true,
    missing: new Set([LIST_REQUESTS, OWNERS, RULES_WITH_FILTER]),
  },
  18: {
    serverVersion: "18.0.0",
    webSocketUpgrade: true,
    minClientMajor: 17,
    minClientVersion: "17.0.0",
    resourceExpiry: true,
    numericIds: false,
    dryRunEnrichment: true,
    monitoringRules: true,
    uuidVersion: 7,
    missing: new Set(),
  },
};
