import { expect } from "vitest";
import type { Play } from "./play.ts";
import { within } from "./private-network.ts";
import { patienceMs } from "./told.ts";

/** Teleport and the chat platform behind an HTTP proxy that asks for a password, and behind private certificates. */
export function lockedNetwork(play: Play): void {
  play("one HTTP proxy and private certificates lead to Teleport and to the chat", (theatre) =>
    within(theatre, async ({ env, password, outside, targets, trust }) => {
      const plugin = await theatre.start({ ...env, SSL_CERT_FILE: trust.all });
      expect(plugin.findLine(/Connected to Teleport/u)).toMatch(
        /route="TLS routing" target="teleport\.example\.com:443 through the HTTP proxy 127\.0\.0\.1:\d+"/u,
      );
      const id = theatre.auth.createRequest();
      await theatre.untilShown(id, "PENDING", 3, patienceMs);
      theatre.auth.review(id);
      await theatre.untilShown(id, "APPROVED", 3, patienceMs);
      expect(new Set(targets)).toEqual(new Set([outside.teleport, ...outside.chat]));
      expect(theatre.printed()).not.toContain(password);
    }),
  );

  play("a chat API whose certificate nobody here has signed is told with the way to trust it", (theatre) =>
    within(theatre, async ({ env, trust }) => {
      const plugin = theatre.spawn([], [], { ...env, SSL_CERT_FILE: trust.teleport });
      expect(await plugin.untilLine(/not trusted here/u, patienceMs)).toContain("SSL_CERT_FILE or NODE_EXTRA_CA_CERTS");
    }),
  );
}
