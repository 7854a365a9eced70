import { describe, expect, it } from "vitest";
import { within } from "./scenarios/private-network.ts";
import { patienceMs } from "./scenarios/told.ts";
import { lead, type WayStory, ways } from "./scenarios/ways.ts";
import type { Simulation } from "./simulation.ts";
import { openTheatre, type Theatre } from "./theatre.ts";

const scenarioMs = 180_000;

/**
 * The real program on every way to Teleport: a request becomes a message, its approval an edit, and nothing is lost by a
 * cut. What a way does to a platform is the same for all: one app is enough.
 */
export function pathScenarios(simulation: Simulation): void {
  const play = (title: string, scene: (theatre: Theatre) => Promise<void>, host = "127.0.0.1") =>
    it.concurrent(title, { timeout: scenarioMs }, async () => {
      const theatre = await openTheatre(simulation, { host, roles: { "*": [{ channel: "alpha" }] } });
      try {
        await scene(theatre);
      } finally {
        await theatre.close();
      }
    });

  describe(`${simulation.app} reaches Teleport`, () => {
    for (const story of ways) {
      const { title, skipped, host } = story;
      if (skipped === undefined) play(title, (theatre) => takeWay(theatre, story), host);
      else it.skip(`${title}: ${skipped}`);
    }

    play("and the chat, with certificates that NODE_EXTRA_CA_CERTS names", (theatre) =>
      within(theatre, async ({ env, trust }) => {
        await theatre.start({ ...env, NODE_EXTRA_CA_CERTS: trust.all });
        await theatre.untilShown(theatre.auth.createRequest(), "PENDING", 1, patienceMs);
      }),
    );

    play("and the chat, through an HTTP proxy over TLS, with certificates of the machine's store", (theatre) =>
      within(
        theatre,
        async ({ env, trust }) => {
          // That is the store on Linux.
          await theatre.start({ ...env, SSL_CERT_DIR: trust.store });
          await theatre.untilShown(theatre.auth.createRequest(), "PENDING", 1, patienceMs);
        },
        { secure: true },
      ),
    );

    play("not with a web certificate of an unknown authority: it ends, and says how to trust it", (theatre) =>
      within(theatre, async ({ env, trust }) => {
        const plugin = theatre.spawn([], [], { ...env, SSL_CERT_FILE: trust.chat });
        expect(await plugin.closed).toBe(1);
        expect(plugin.lines.join("\n")).toMatch(
          /TLS routing to .*: the Proxy's web certificate is not trusted .*SSL_CERT_FILE, NODE_EXTRA_CA_CERTS/u,
        );
      }),
    );
  });
}

async function takeWay(theatre: Theatre, { open, route, target, failed }: WayStory): Promise<void> {
  const { auth } = theatre;
  const way = await open(auth);
  try {
    const plugin = await theatre.start(await lead(theatre, way));
    const line = plugin.findLine(/Connected to Teleport route=/u) ?? "";
    const [, took, to, why] = /route="?(.*?)"? target="?(.*?)"? failed="?(.*?)"?$/u.exec(line) ?? [];
    expect([took, to]).toEqual([route, target(way)]);
    for (const reason of failed) expect(why).toContain(reason(way));
    const id = auth.createRequest();
    await theatre.untilShown(id, "PENDING", 1, patienceMs);
    auth.review(id);
    await theatre.untilShown(id, "APPROVED", 1, patienceMs);
    auth.faults.dropConnections();
    const meanwhile = auth.createRequest();
    await theatre.untilShown(meanwhile, "PENDING", 1, patienceMs);
    expect([theatre.about(id).length, theatre.about(meanwhile).length]).toEqual([1, 1]);
  } finally {
    way.close();
  }
}
