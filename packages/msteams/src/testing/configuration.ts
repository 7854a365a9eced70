import { type MsteamsConfig, msteamsConfigSchema } from "../config.ts";
import type { FakeTeamsServer } from "./fake-teams-server.ts";

/** A checked configuration that leads to the fake; the CA to trust is the fake's own. */
export function toTestConfig(
  { bot, endpoints }: Pick<FakeTeamsServer, "bot" | "endpoints">,
  changes: Readonly<Record<string, unknown>> = {},
): MsteamsConfig {
  return msteamsConfigSchema.parse({
    app_id: bot.appId,
    app_secret: bot.appSecret,
    tenant_id: bot.tenantId,
    teams_app_id: bot.teamsAppId,
    endpoints,
    ...changes,
  });
}
