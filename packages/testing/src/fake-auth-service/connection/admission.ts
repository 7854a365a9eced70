import type { Metadata } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import type { Profile } from "../cluster/profiles.ts";
import { accessDenied, StatusError } from "../grpc/status-error.ts";
import type { ClientIdentity } from "./client-identity.ts";

/** Refuses what Teleport refuses before any method runs: certificate chains, and clients that say they are too old. */
export function admit(identity: ClientIdentity, metadata: Metadata, profile: Profile): void {
  if (identity.certificate === "intermediaries") throw accessDenied("access denied: intermediaries are not supported");
  const versions = metadata.get("version");
  if (profile.minClientMajor === 0 || versions.length !== 1) return;
  const major = /^v?(\d+)\.\d+\.\d+/.exec(String(versions[0]))?.[1];
  if (major === undefined || Number(major) < profile.minClientMajor) {
    throw new StatusError(status.PERMISSION_DENIED, "client version is unsupported", true);
  }
}
