import { PluginError } from "@access-plugins/core";
import { allRecipients } from "./recipients.ts";
import type { TeamsSession } from "./settings.ts";

/**
 * Looks all configured recipients up at once and says who cannot be told and why. What was found is known to the
 * messenger from then on. Nothing waits for it: requests are told meanwhile.
 */
export async function preload(session: Pick<TeamsSession, "routes" | "messenger" | "log" | "signal">): Promise<void> {
  const { messenger, log, signal } = session;
  const recipients = allRecipients(session);
  log.info("Preloading recipient data...", { recipients: recipients.length });
  let done = 0;
  const look = async (recipient: string) => {
    const progress = () => ({ recipient, progress: `${++done}/${recipients.length}` });
    try {
      await messenger.findRecipient(recipient, "any", { signal, lane: "preload", mayStart: () => !signal.aborted });
      log.info("Recipient and chat found", progress());
      return true;
    } catch (thrown) {
      const { code, message, fix } = PluginError.from(thrown);
      if (!signal.aborted) log.warn(`A recipient cannot be told: ${message}`, { ...progress(), code, fix });
      return false;
    }
  };
  const found = (await Promise.all(recipients.map(look))).filter(Boolean).length;
  if (signal.aborted) return;
  log.info("Recipient data preloaded and cached", { found, failed: recipients.length - found });
}
