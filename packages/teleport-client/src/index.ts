export {
  type ClosableTeleportClient,
  createTeleportClient,
  type TeleportClientConfig,
  type TeleportClientDeps,
} from "./client.ts";
export type { CredentialStatus } from "./credential-source.ts";
export { type CredentialFiles, type Credentials, loadCredentials } from "./identity.ts";
