/** The Microsoft clouds Teams runs in, by the name used in `[msapi] cloud`. */
export const cloudNames = ["public", "gcc", "gcch", "dod", "china"] as const;

export type CloudName = (typeof cloudNames)[number];

/** Where one cloud answers and what its tokens are for. The addresses are origins: no path, no slash at the end. */
export interface Cloud {
  /** Gives tokens: `<login>/<tenant>/oauth2/v2.0/token`. */
  readonly login: string;
  /** Microsoft Graph: `<graph>/v1.0/…`. References inside Graph's bodies have to name this host, too. */
  readonly graph: string;
  /** Bot Connector: `<connector>/<region>/v3/…`. */
  readonly connector: string;
  /** The region when `[msapi] region` is not set. */
  readonly region: string;
  /** Scope of tokens for Graph. */
  readonly graphScope: string;
  /** Scope of tokens for the connector. */
  readonly connectorScope: string;
}

/**
 * One row per cloud, as of November 2026. Hosts: the cloud presets and the list of trusted service URLs of Microsoft's
 * Teams SDK; regions: the global service URLs in "Send proactive messages" of Microsoft's Teams documentation, and
 * `emea` for the public cloud, which is the official plugin's default. For China no region is documented: take the path
 * of the `serviceUrl` of any activity the bot received. A single-tenant bot gets its tokens from its own tenant, so no
 * tenant stands here.
 */
export const clouds: Readonly<Record<CloudName, Cloud>> = {
  public: {
    login: "https://login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    connector: "https://smba.trafficmanager.net",
    region: "emea",
    graphScope: "https://graph.microsoft.com/.default",
    connectorScope: "https://api.botframework.com/.default",
  },
  // Government Community Cloud: signs in and looks up in the public cloud, posts to a connector of its own.
  gcc: {
    login: "https://login.microsoftonline.com",
    graph: "https://graph.microsoft.com",
    connector: "https://smba.infra.gcc.teams.microsoft.com",
    region: "teams",
    graphScope: "https://graph.microsoft.com/.default",
    connectorScope: "https://api.botframework.com/.default",
  },
  gcch: {
    login: "https://login.microsoftonline.us",
    graph: "https://graph.microsoft.us",
    connector: "https://smba.infra.gov.teams.microsoft.us",
    region: "teams",
    graphScope: "https://graph.microsoft.us/.default",
    connectorScope: "https://api.botframework.us/.default",
  },
  dod: {
    login: "https://login.microsoftonline.us",
    graph: "https://dod-graph.microsoft.us",
    connector: "https://smba.infra.dod.teams.microsoft.us",
    region: "teams",
    graphScope: "https://dod-graph.microsoft.us/.default",
    connectorScope: "https://api.botframework.us/.default",
  },
  china: {
    login: "https://login.partner.microsoftonline.cn",
    graph: "https://microsoftgraph.chinacloudapi.cn",
    connector: "https://frontend.botapi.msg.infra.teams.microsoftonline.cn",
    region: "teams",
    graphScope: "https://microsoftgraph.chinacloudapi.cn/.default",
    connectorScope: "https://api.botframework.azure.cn/.default",
  },
};
