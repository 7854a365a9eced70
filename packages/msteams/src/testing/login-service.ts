import type { Answer, HostRequest } from "@access-plugins/testing/fake-http";
import { jsonAnswer } from "./answer.ts";
import type { Service } from "./service.ts";
import type { Audience, Tokens } from "./tokens.ts";

/** The bot as Entra knows it. */
export interface FakeBot {
  readonly tenantId: string;
  readonly appId: string;
  /** Secrets that work; a rotation adds one and removes another. */
  readonly secrets: Set<string>;
  /** Signed assertions that work, for certificates and workload identities. */
  readonly assertions: (assertion: string) => boolean;
  /** How long tokens live, in seconds. */
  readonly tokenSeconds: number;
}

const scopes: ReadonlyMap<string, Audience> = new Map([
  ["https://graph.microsoft.com/.default", "graph"],
  ["https://api.botframework.com/.default", "connector"],
]);

/** `login.microsoftonline.com` for one tenant and one app; its addresses begin with the host it was called by. */
export function createLoginService(bot: FakeBot, tokens: Tokens): Service {
  return {
    identify: ({ path }) => ({ method: path.endsWith("/token") ? "token" : "discovery", channel: "" }),
    answer(request) {
      const [, tenant = "", ...rest] = request.path.split("/");
      const path = rest.join("/");
      if (path === "v2.0/.well-known/openid-configuration") {
        return jsonAnswer(discovery(`https://${request.headers.host}`, tenant));
      }
      if (path === "oauth2/v2.0/token" && request.httpMethod === "POST") return giveToken(bot, tokens, tenant, request);
      return jsonAnswer({ error: "not_found" }, 404);
    },
  };
}

function discovery(origin: string, tenant: string): object {
  const base = `${origin}/${tenant}`;
  return {
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  };
}

function giveToken(bot: FakeBot, tokens: Tokens, tenant: string, request: HostRequest): Answer {
  if (!/^application\/x-www-form-urlencoded\b/u.test(request.headers["content-type"] ?? "")) {
    return refuse(400, 900144, "invalid_request", "The request body must contain the parameter grant_type.");
  }
  const form = new URLSearchParams(request.body);
  if (tenant !== bot.tenantId) return refuse(400, 90002, "invalid_request", `Tenant '${tenant}' not found.`);
  if (form.get("client_id") !== bot.appId) {
    return refuse(400, 700016, "unauthorized_client", "Application was not found in the directory.");
  }
  if (form.get("grant_type") !== "client_credentials") {
    return refuse(400, 70003, "unsupported_grant_type", "The grant type is not supported.");
  }
  const audience = scopes.get(form.get("scope")?.split(" ")[0] ?? "");
  if (audience === undefined) return refuse(400, 500011, "invalid_resource", "The resource principal was not found.");
  return (
    refuseCredential(bot, form) ??
    jsonAnswer({ token_type: "Bearer", expires_in: bot.tokenSeconds, access_token: tokens.issue(audience) })
  );
}

function refuseCredential(bot: FakeBot, form: URLSearchParams): Answer | undefined {
  const assertion = form.get("client_assertion");
  if (assertion !== null) {
    if (bot.assertions(assertion)) return undefined;
    return refuse(401, 700027, "invalid_client", "The certificate with identifier used to sign is not registered.");
  }
  if (bot.secrets.has(form.get("client_secret") ?? "")) return undefined;
  return refuse(401, 7000215, "invalid_client", "Invalid client secret provided.");
}

function refuse(status: number, number: number, error: string, text: string): Answer {
  const body = { error, error_description: `AADSTS${number}: ${text}`, error_codes: [number], trace_id: "0" };
  return jsonAnswer(body, status, `${status} AADSTS${number}`);
}
