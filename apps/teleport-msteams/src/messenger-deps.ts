import type { createMsteamsMessenger } from "@access-plugins/msteams";
import type { MessengerDeps } from "@access-plugins/runtime";

/** What the messenger takes, from what the runtime gives. */
export function toMessengerDeps(deps: MessengerDeps): Parameters<typeof createMsteamsMessenger>[1] {
  const secrets = {
    appSecret: deps.secret("msapi.app_secret"),
    certificatePassword: deps.secret("msapi.certificate_password"),
  };
  return { ...deps, secrets };
}
