/** One simulated platform in a process of its own: `platform-process.ts APP OPTIONS-AS-JSON`. */
import { findSimulations } from "@access-plugins/testing/find-simulations";
import type { SimulationOptions, Traffic } from "@access-plugins/testing/simulation";
import { serveParent } from "./remote.ts";
import { countTold, type Told } from "./told.ts";

const [, , app = "", optionsText = ""] = process.argv;
const options: SimulationOptions = JSON.parse(optionsText);
const simulation = (await findSimulations()).find((one) => one.app === app);
if (simulation === undefined) throw new Error(`There is no app ${app}.`);
const platform = await simulation.start(options);
const { load } = platform;

/** How far the plugin has come, in calls that took effect. */
export interface Progress {
  readonly posts: number;
  readonly edits: number;
  /** All calls, refused ones too. */
  readonly calls: number;
}

const service = {
  args: () => platform.args,
  setLatency: load.setLatency,
  limitPosts: load.limitPosts,
  /** Every call that comes now is answered with 503, or the next `times` about one channel. */
  breakDown: (where: { readonly channel: string; readonly times: number } | undefined) =>
    platform.trouble("unavailable", where === undefined ? {} : { call: "post", ...where }),
  /** Posts to this channel get no answer from now on. */
  hang: (channel: string) => void platform.hold({ call: "post", when: "before", channel }),
  heal: platform.heal,
  calls: (): readonly Traffic[] => load.traffic(),
  /** Resolves when so much was done, or after `timeoutMs`; gives how much was. */
  async until({ posts = 0, edits = 0, timeoutMs }: Goal): Promise<Progress> {
    const giveUpAt = Date.now() + timeoutMs;
    for (;;) {
      const done = count(load.traffic());
      if ((done.posts >= posts && done.edits >= edits) || Date.now() >= giveUpAt) return done;
      // Looking costs as much as there is to look at; it must not be felt.
      await new Promise((resolve) => setTimeout(resolve, 25 + done.calls / 40));
    }
  },
  /** Who was told of these requests, and what of them shows `word`. */
  told: (about: { readonly ids: readonly string[]; readonly word?: string }): Told =>
    countTold(platform.messages(), about.ids, about.word),
};

interface Goal {
  readonly posts?: number;
  readonly edits?: number;
  readonly timeoutMs: number;
}

function count(calls: readonly Traffic[]): Progress {
  const accepted = (kind: Traffic["kind"]) =>
    calls.reduce((sum, call) => sum + (call.kind === kind && call.accepted ? 1 : 0), 0);
  return { posts: accepted("post"), edits: accepted("edit"), calls: calls.length };
}

export type PlatformService = typeof service;

serveParent(service);
