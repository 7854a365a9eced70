/** How the server is set up, and how it is. Everything can be changed while it runs. */
export interface FakeSettings {
  version: string;
  /** Seconds; -1 for ever. */
  postEditTimeLimit: number;
  maxPostSize: number;
  showEmailAddress: boolean;
  restrictDirectMessage: "any" | "team";
  /** Whether the role of channel members holds `add_reaction` and `remove_reaction`. */
  mayReact: boolean;
  /** Any e-mail address, team and channel exists as soon as it is asked for: for load. */
  autoCreate: boolean;
  /**
   * `gone`: the server runs on without its database and answers valid calls with 401, 403 and 404. What it has in its
   * caches it still knows.
   */
  database: "ok" | "gone";
  readonly cached: { sessions: boolean; memberships: boolean };
}

export function defaultSettings(): FakeSettings {
  return {
    version: "11.6.0",
    postEditTimeLimit: -1,
    maxPostSize: 16_383,
    showEmailAddress: true,
    restrictDirectMessage: "any",
    mayReact: true,
    autoCreate: false,
    database: "ok",
    cached: { sessions: true, memberships: false },
  };
}
