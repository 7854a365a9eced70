/** Which app and which bot a manifest is for. */
export interface ManifestIds {
  /** Id of the Teams app, new for every package. */
  readonly teamsAppId: string;
  /** Application id of the bot in Entra. */
  readonly appId: string;
}

const schemaVersion = "1.27";

/**
 * A manifest of Teams' app schema 1.27 (https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema)
 * for a bot that only writes.
 */
export function createManifest({ teamsAppId, appId }: ManifestIds): object {
  return {
    $schema: `https://developer.microsoft.com/en-us/json-schemas/teams/v${schemaVersion}/MicrosoftTeams.schema.json`,
    manifestVersion: schemaVersion,
    version: "1.0.0",
    id: teamsAppId,
    developer: {
      name: "Teleport",
      websiteUrl: "https://goteleport.com",
      privacyUrl: "https://goteleport.com/legal/privacy",
      termsOfUseUrl: "https://goteleport.com/legal/tos",
    },
    name: { short: "Teleport Access Requests", full: "Teleport Access Requests" },
    description: {
      short: "Tells reviewers about Teleport Access Requests",
      full: "Tells reviewers in chats and channels about Teleport Access Requests, and keeps each message true until the request is closed.",
    },
    icons: { color: "color.png", outline: "outline.png" },
    accentColor: "#5E54D6",
    // It never reads: Teams shows no box to write to it.
    bots: [{ botId: appId, scopes: ["personal", "team"], supportsFiles: false, isNotificationOnly: true }],
    permissions: ["identity", "messageTeamMembers"],
    validDomains: [],
    // Lets the bot install itself, and only itself; the resource has to be there and means nothing.
    webApplicationInfo: { id: appId, resource: "https://notapplicable" },
    // Private and shared channels, too.
    supportsChannelFeatures: "tier1",
  };
}
