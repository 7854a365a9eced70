import type { Notice, Reminder, Reply, RequestMessage } from "@access-plugins/core";

/** One message whose look is kept. The name is the file's. */
export type GoldenCase = { readonly name: string } & (
  | { readonly message: RequestMessage }
  | { readonly notice: Notice }
  | { readonly reply: Reply }
  | { readonly reminder: Reminder }
);
