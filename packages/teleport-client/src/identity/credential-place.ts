import { PluginError } from "@access-plugins/core";

/** Which file a piece of the credentials came from: how errors name it, and how to make it anew. */
export interface CredentialPlace {
  /** The setting and the path, as messages start: `identity file "/var/lib/plugin/identity"`. */
  readonly name: string;
  readonly path: string;
  /** The command that writes such a file for a Teleport user. */
  command(user: string): string;
}

/** The place of an identity file. */
export function identityPlace(path: string): CredentialPlace {
  return {
    name: `identity file "${path}"`,
    path,
    command: (user) => `tctl auth sign --user=${user} --format=file --out=${path}`,
  };
}

/** The place of one file of a TLS trio; `setting` is its key in the configuration. */
export function trioPlace(setting: "client_key" | "client_crt" | "root_cas", path: string): CredentialPlace {
  const stem = path.replace(/\.(key|crt|cas)$/u, "");
  return {
    name: `${setting} file "${path}"`,
    path,
    command: (user) => `tctl auth sign --user=${user} --format=tls --out=${stem}`,
  };
}

/** What is wrong with a credential file. Without a fix of its own it has to be written anew. */
export function credentialFault(place: CredentialPlace, fault: string, fix?: string, cause?: unknown): PluginError {
  return new PluginError("invalid_config", `${place.name} ${fault}.`, { fix: fix ?? renewFix(place), cause });
}

/** How to get a fresh file, by hand or by tbot. */
export function renewFix(place: CredentialPlace, user = "PLUGIN_USER"): string {
  return `Write it anew with \`${place.command(user)}\`, or check the tbot that writes it.`;
}
