import type { Call } from "@access-plugins/core";
import type { z } from "zod";
import type { MattermostClient } from "./client.ts";
import { userAnswer } from "./wire.ts";

export type Account = z.output<typeof userAnswer>;

/** Tells whose token we use. */
export interface Bot {
  /** Asked once per token; at any time later the answer is at hand. */
  account(call: Call): Promise<Account>;
}

export function createBot(client: MattermostClient, token: () => string | Promise<string>): Bot {
  let known: { readonly token: string; readonly account: Account } | undefined;
  return {
    async account(call) {
      const current = await token();
      if (known?.token === current) return known.account;
      const account = await findOwnAccount(client, call);
      known = { token: current, account };
      return account;
    },
  };
}

export function findOwnAccount(client: MattermostClient, call: Call): Promise<Account> {
  return client.call({ operation: "GET users/me", send: (api) => api.getMe(), answer: userAnswer }, call);
}
