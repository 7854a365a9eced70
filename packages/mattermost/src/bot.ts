import { type Call, PluginError } from "@access-plugins/core";
import type { z } from "zod";
import type { MattermostClient } from "./client.ts";
import { userAnswer } from "./wire.ts";

export type Account = z.output<typeof userAnswer>;

/** Tells whose token we use. */
export interface Bot {
  /** Asked once per token, however many want to know at the same time. */
  account(call: Call): Promise<Account>;
}

interface Asked {
  readonly token: string;
  readonly by: Call;
  readonly answer: Promise<Account>;
}

export function createBot(client: MattermostClient, token: () => string | Promise<string>): Bot {
  let asked: Asked | undefined;

  function ask(current: string, call: Call): Asked {
    const answer = client.call({ operation: "GET users/me", send: (api) => api.getMe(), answer: userAnswer }, call);
    const mine: Asked = { token: current, by: call, answer };
    answer.catch(() => {
      if (asked === mine) asked = undefined;
    });
    asked = mine;
    return mine;
  }

  async function account(call: Call): Promise<Account> {
    const current = await token();
    const shared = asked?.token === current ? asked : ask(current, call);
    try {
      return await shared.answer;
    } catch (thrown) {
      if (shared.by === call || !isOfItsCaller(thrown)) throw thrown;
      return account(call);
    }
  }

  return { account };
}

/** Somebody else's call was stopped or lost its lease: that says nothing about ours. */
function isOfItsCaller(thrown: unknown): boolean {
  return thrown instanceof PluginError && (thrown.code === "aborted" || thrown.code === "conflict");
}
