import { readFile } from "node:fs/promises";
import { PluginError } from "@access-plugins/core";
import type { TokenCredential } from "@azure/identity";
import type { MsteamsConfig } from "../config.ts";
import { createLoginClient, type LoginAttempt, type LoginClientDeps } from "./login-client.ts";

/** The part of the configuration that says who the bot is. */
export type CredentialSettings = Pick<
  MsteamsConfig,
  "app_id" | "tenant_id" | "auth" | "certificate_file" | "certificate_chain" | "federated_token_file"
>;

/** Secrets, asked for before each use, so that a renewed one is used at once. */
export interface CredentialSecrets {
  readonly appSecret: () => string;
  readonly certificatePassword?: (() => string) | undefined;
}

export interface CredentialDeps extends LoginClientDeps {
  readonly secrets: CredentialSecrets;
}

/**
 * Builds the credential of the configured kind, with what is known of its secret at this moment. One for each sign-in:
 * Azure's library keeps tokens of its own, and neither a refused one nor a renewed secret's predecessor may come back.
 */
export async function createCredential(
  settings: CredentialSettings,
  deps: CredentialDeps,
  attempt: LoginAttempt,
): Promise<TokenCredential> {
  const material = await readMaterial(settings, deps.secrets);
  // Loaded when it is needed first: it is the largest dependency by far.
  const azure = await import("@azure/identity");
  const { app_id: clientId, tenant_id: tenantId } = settings;
  const options = {
    authorityHost: deps.endpoints.login,
    // Else Azure's library asks a host that nobody has configured whether the login host is a known one.
    disableInstanceDiscovery: true,
    // Trying again is the caller's.
    retryOptions: { maxRetries: 0 },
    httpClient: createLoginClient(deps, attempt),
  };
  switch (settings.auth) {
    case "secret":
      return new azure.ClientSecretCredential(tenantId, clientId, material, options);
    case "certificate": {
      const password = deps.secrets.certificatePassword?.();
      const certificate = { certificate: material, ...(password ? { certificatePassword: password } : {}) };
      const sendCertificateChain = settings.certificate_chain;
      return new azure.ClientCertificateCredential(tenantId, clientId, certificate, {
        ...options,
        sendCertificateChain,
      });
    }
    case "workload_identity": {
      const tokenFilePath = settings.federated_token_file;
      return new azure.WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath });
    }
    case "managed_identity":
      // Asks a service on this very machine, whose address differs between Azure's products: not the login host.
      return new azure.ManagedIdentityCredential({ clientId, retryOptions: options.retryOptions });
  }
}

/** What the credential rests on; empty for those that read it themselves at each sign-in. */
async function readMaterial(settings: CredentialSettings, secrets: CredentialSecrets): Promise<string> {
  if (settings.auth === "secret") return readSecret(secrets.appSecret);
  if (settings.auth === "certificate") return readCertificate(settings.certificate_file ?? "");
  return "";
}

function readSecret(secret: () => string): string {
  const text = secret().trim();
  if (text !== "") return text;
  throw new PluginError("unauthenticated", "The client secret of the bot is empty.", {
    operation: "token",
    fix: "Put the bot's client secret into msapi.app_secret, or into the file it names.",
  });
}

async function readCertificate(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new PluginError("unauthenticated", `The certificate ${path} cannot be read.`, {
      operation: "token",
      fix: "Make the PEM file in msapi.certificate_file readable for this process.",
      cause,
    });
  }
}
