import type { SimulatedMessage } from "../simulation.ts";
import type { Theatre } from "../theatre.ts";
import type { MessageFacts, RequestFacts } from "./oracle.ts";
import { requestIdIn } from "./request-id-in.ts";

/** Where everybody is told in a run. */
export const channels = ["alpha", "beta", "gamma"] as const;

type Stage = Pick<Theatre, "auth" | "platform">;

/** What is known of every request, from the platform's own messages and what the plugin stored in Teleport. */
export function gatherFacts(
  stage: Stage,
  states: ReadonlyMap<string, RequestFacts["state"]>,
  excused: ReadonlySet<string>,
): RequestFacts[] {
  const byRequest = Map.groupBy(stage.platform.messages(), ({ text }) => requestIdIn(text));
  return [...states].map(([id, state]) => ({
    id,
    state,
    messages: (byRequest.get(id) ?? []).flatMap((message): MessageFacts[] => {
      const place = channels.find((channel) => message.place.endsWith(channel));
      if (place === undefined) return [];
      const { id: messageId, text } = message;
      return [{ id: messageId, place, text, stored: isStored(stage, message), excused: excused.has(messageId) }];
    }),
  }));
}

/** Whether the plugin's record of the request knows the message: its address ends with the message's own id. */
export function isStored({ auth }: Pick<Stage, "auth">, { id, text }: SimulatedMessage): boolean {
  const own = id.slice(id.lastIndexOf("/") + 1);
  const entries = Object.values(auth.pluginData(requestIdIn(text) ?? ""));
  return entries.some((entry) => entry["messages"]?.includes(own));
}
