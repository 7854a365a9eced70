import { onTestFinished } from "vitest";
import { createFakeAuthService, type FakeAuthService } from "../fake-auth-service.ts";
import { type AuthClient, createAuthClient } from "../grpc/auth-client.ts";
import type { FakeAuthServiceOptions } from "../options.ts";

/** A simulated Auth Service for one test, and clients of it; everything is closed when the test ends. */
export interface TestCluster {
  readonly auth: FakeAuthService;
  /** A real gRPC client over mutual TLS. Default: the plugin's user. */
  connect(user?: string): Promise<AuthClient>;
}

export async function startTestCluster(options?: FakeAuthServiceOptions): Promise<TestCluster> {
  const auth = await createFakeAuthService(options);
  onTestFinished(() => auth.close());
  return {
    auth,
    async connect(user) {
      const client = createAuthClient(auth.address, await auth.identity(user));
      onTestFinished(() => client.close());
      return client;
    },
  };
}
