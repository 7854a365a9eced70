/** HTTP proxies, as the usual environment variables name them; empty means none. */
export interface ProxySettings {
  /** For `http` addresses. */
  readonly http: string;
  /** For `https` addresses. */
  readonly https: string;
  /** Hosts that are called directly, as `isExempt` reads them. */
  readonly none: string;
}
