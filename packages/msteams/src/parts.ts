import type { Clock, Log, RateLimiter } from "@access-plugins/core";
import { createHttpClient, type HttpClientOptions } from "@access-plugins/http";
import { readCaFile } from "./ca-file.ts";
import { type Catalogue, createCatalogue } from "./catalogue.ts";
import { type Chats, createChats } from "./chats.ts";
import { createApiClient } from "./client/api-client.ts";
import { type ConnectorClient, createConnectorClient } from "./client/connector.ts";
import type { CredentialSecrets } from "./client/credentials.ts";
import { createGraphClient, type GraphClient } from "./client/graph.ts";
import { createTokenSource, type TokenSource } from "./client/token-source.ts";
import type { MsteamsConfig } from "./config.ts";
import { toEndpoints } from "./endpoints.ts";
import { createPeople, type People } from "./people.ts";
import { createRecipients, type TeamsRecipients } from "./recipients.ts";
import { createSettling, type Settling } from "./settling.ts";
import { createTeams, type Teams } from "./teams.ts";

/** What a Teams messenger is built from besides its configuration. */
export interface MsteamsMessengerDeps extends Pick<HttpClientOptions, "ca" | "proxy"> {
  readonly log: Log;
  /** Admits every HTTP call; share one per bot and tenant. */
  readonly limiter: RateLimiter;
  readonly clock: Clock;
  /** Asked for at every sign-in, so that a renewed secret is used without a restart. */
  readonly secrets: CredentialSecrets;
}

/** The messenger in its parts, for what looks into it: checks and commands. */
export interface TeamsParts {
  readonly config: MsteamsConfig;
  readonly tokens: TokenSource;
  readonly graph: GraphClient;
  readonly connector: ConnectorClient;
  readonly catalogue: Catalogue;
  readonly people: People;
  readonly chats: Chats;
  readonly teams: Teams;
  readonly recipients: TeamsRecipients;
  readonly settling: Settling;
}

/** Builds every part once. Nothing is asked of anybody before the first call. */
export function wireTeams(config: MsteamsConfig, deps: MsteamsMessengerDeps): TeamsParts {
  const { limiter, clock } = deps;
  const endpoints = toEndpoints(config);
  const ca = [...readCaFile(config.endpoints.ca_file), ...(deps.ca ?? [])];
  const http = createHttpClient({ ca, proxy: deps.proxy });
  const tokens = createTokenSource(config, { http, limiter, clock, endpoints, secrets: deps.secrets });
  const api = createApiClient({ tokens, http, limiter, clock, endpoints });
  const graph = createGraphClient(api, endpoints);
  const connector = createConnectorClient(api, endpoints);
  const settling = createSettling(clock);
  const catalogue = createCatalogue(graph, config.teams_app_id, clock);
  const people = createPeople(graph, catalogue, clock);
  const chats = createChats({ graph, catalogue, endpoints, settling, clock });
  const teams = createTeams(graph, catalogue, clock);
  const recipients = createRecipients({ people, chats, teams, tenant: config.tenant_id });
  return { config, tokens, graph, connector, catalogue, people, chats, teams, recipients, settling };
}
