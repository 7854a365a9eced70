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

/** Who the bot is at this moment, as Azure's library wants it. */
export interface Credential {
  readonly azure: TokenCredential;
  /** How its last attempt went. */
  readonly attempt: LoginAttempt;
  /** Changes when a secret or a certificate was renewed: then this one is out of date. */
  readonly version: string;
}

/** Builds the credential of the configured kind; `known` is given back when nothing about it has changed. */
export async function openCredential(
  settings: CredentialSettings,
  deps: CredentialDeps,
  known?: Credential,
): Promise<Credential> {
  const material = await readMaterial(settings, deps.secrets);
  if (known !== undefined && known.version === material) return known;
  // Loaded when it is needed first: it is the largest dependency by far.
  const azure = await import("@azure/identity");
  const attempt: LoginAttempt = {};
  const { app_id: clientId, tenant_id: tenantId } = settings;
  const options = {
    authorityHost: deps.endpoints.login,
    // Else Azure's library asks a host that nobody has configured whether the login host is a known one.
    disableInstanceDiscovery: true,
    // Trying again is the caller's.
    retryOptions: { maxRetries: 0 },
    httpClient: createLoginClient(deps, attempt),
  };
  const build = (): TokenCredential => {
    switch (settings.auth) {
      case "secret":
        return new azure.ClientSecretCredential(tenantId, clientId, material, options);
      case "certificate": {
        const password = deps.secrets.certificatePassword?.() || undefined;
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
  };
  return { azure: build(), attempt, version: material };
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
