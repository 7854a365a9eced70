import type { SimulatedMessage } from "../simulation.ts";
import type { Theatre } from "../theatre.ts";
import type { MessageFacts, RequestFacts } from "./oracle.ts";
import type { RequestOf } from "./request-id-in.ts";

/** Where everybody is told in a run. */
export const channels = ["alpha", "beta", "gamma"] as const;

interface Stage extends Pick<Theatre, "auth" | "platform"> {
  readonly requestOf: RequestOf;
}

/** What is known of every request, from the platform's own messages and what the plugin stored in Teleport. */
export function gatherFacts(
  stage: Stage,
  states: ReadonlyMap<string, RequestFacts["state"]>,
  excused: ReadonlySet<string>,
): RequestFacts[] {
  const byRequest = Map.groupBy(stage.platform.messages(), stage.requestOf);
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

/** Whether the plugin's record of the request knows the message: somewhere in it stands the message's own id. */
export function isStored({ auth, requestOf }: Omit<Stage, "platform">, message: SimulatedMessage): boolean {
  const own = message.id.slice(message.id.lastIndexOf("/") + 1);
  const entries = Object.values(auth.pluginData(requestOf(message) ?? ""));
  return entries.some((entry) => Object.values(entry).some((value) => value.includes(own)));
}
