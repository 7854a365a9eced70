import { describe, expect, test } from "vitest";
import { PluginError } from "../base/plugin-error.ts";
import { type Harness, type HarnessOptions, startNotifier } from "../testing/notifier-harness.ts";
import { leaseMs } from "./lease.ts";

const three = { routes: { roleToRecipients: { "*": ["a", "b", "c"] } } };
const countedBy = (h: Harness) => h.counts.get("possible_duplicates_total cause=unknown_outcome") ?? 0;

/** Dies in the middle of its post to `b`, when what became of the others is stored long since. */
async function dieWhilePosting(h: Harness, seam: "before" | "after", id: string): Promise<void> {
  h.messenger[seam] = (method, place) => {
    if (method !== "post" || place !== "b") return undefined;
    h.messenger[seam] = undefined;
    return new Promise(() => h.clock.after(500, h.kill));
  };
  h.cluster.create({ id });
  await h.clock.advance(1_000);
}

/** So many processes die one after the other; gives the last one, and what all of them counted. */
async function dieAgain(times: number, seam: "before" | "after", options: HarnessOptions) {
  let h = startNotifier(options);
  let counted = 0;
  for (let at = 0; at < times; at += 1) {
    await h.clock.advance(2_000);
    await dieWhilePosting(h, seam, `r${at}`);
    counted += countedBy(h);
    h = startNotifier({ ...options, after: h, seed: 10 + at });
    await h.clock.advance(leaseMs + 2_000);
  }
  return { h, counted: counted + countedBy(h) };
}

describe("possible duplicates", () => {
  test("are as many as there are, when each process died after the platform had taken its post", async () => {
    const { h, counted } = await dieAgain(10, "after", three);
    expect([h.messenger.messages.length - 30, counted]).toEqual([10, 10]);
    await h.stop();
  });

  test("are counted when there are none, too: nobody knows that the platform had not taken it yet", async () => {
    const { h, counted } = await dieAgain(10, "before", three);
    expect([h.messenger.messages.length - 30, counted]).toEqual([0, 10]);
    await h.stop();
  });

  test("are none where the platform finds what was posted", async () => {
    const { h, counted } = await dieAgain(10, "after", { ...three, messenger: { withSearch: true } });
    expect([h.messenger.messages.length - 30, counted]).toEqual([0, 0]);
    await h.stop();
  });

  test("are not more because the platform refuses the repeated post a few times before it takes it", async () => {
    const h = startNotifier(three);
    let tries = 0;
    h.messenger.before = (method, place) => {
      if (method !== "post" || place !== "b") return;
      tries += 1;
      if (tries === 1) throw new PluginError("timeout", "no answer", { ambiguous: true });
      if (tries <= 4) throw new PluginError("rate_limited", "too many requests", { retryAfterMs: 1_000 });
    };
    h.cluster.create({ id: "r1" });
    await h.clock.advance(30_000);
    expect([tries, h.messenger.messages.length, countedBy(h)]).toEqual([5, 3, 1]);
    await h.stop();
  });

  test("are more when the end of the repeated post is unknown as well", async () => {
    const h = startNotifier(three);
    let tries = 0;
    h.messenger.after = (method, place) => {
      if (method !== "post" || place !== "b") return;
      tries += 1;
      if (tries <= 3) throw new PluginError("timeout", "no answer", { ambiguous: true });
    };
    h.cluster.create({ id: "r1" });
    await h.clock.advance(30_000);
    expect([tries, h.messenger.messages.length - 3, countedBy(h)]).toEqual([4, 3, 3]);
    await h.stop();
  });
});

describe("a post whose end is unknown, when Teleport refuses to store that", () => {
  const countOf = (h: Harness, method: "post" | "notify") =>
    method === "post" ? h.messenger.messages.length : h.messenger.notices.length;

  test.each([
    ["post", true, 1, 0],
    ["post", false, 2, 1],
    ["notify", true, 1, 0],
    ["notify", false, 2, 1],
  ] as const)(
    "is no less unknown to the next session: %s, with a search: %s",
    async (method, withSearch, made, repeats) => {
      const h = startNotifier({ routes: { roleToRecipients: { "*": ["a"] } }, messenger: { withSearch } });
      await h.clock.advance(1_000);
      let lost = false;
      h.messenger.after = (called) => {
        if (called !== method || lost) return;
        lost = true;
        h.cluster.before = (call) => {
          if (call !== "updatePluginData") return;
          h.cluster.before = undefined;
          throw new PluginError("unauthenticated", "the certificate is not trusted any more");
        };
        throw new PluginError("timeout", "no answer", { ambiguous: true });
      };
      h.cluster.create({ id: "r1" });
      await h.clock.advance(20_000);
      h.cluster.update("r1", { state: "approved" });
      await h.clock.advance(20_000);
      expect([lost, countOf(h, method), countedBy(h)]).toEqual([true, made, repeats]);
      await h.stop();
    },
  );
});
