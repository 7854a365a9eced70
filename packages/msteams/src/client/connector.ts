import { type Call, PluginError } from "@access-plugins/core";
import type { Endpoints } from "../endpoints.ts";
import { unreadableAnswer } from "../errors.ts";
import { conversationBuckets } from "../limits.ts";
import { activityAnswer } from "../wire.ts";
import { type ApiCall, type ApiClient, readAnswer } from "./api-client.ts";

/** Messages in conversations, by the Bot Connector's REST interface. Throws `PluginError` only. */
export interface ConnectorClient {
  /** Posts an activity (JSON text) and returns its id. In a channel it starts a thread. */
  post(conversation: string, activity: string, call: Call): Promise<string>;
  /** Puts another activity in the place of one of ours. */
  put(conversation: string, id: string, activity: string, call: Call): Promise<void>;
}

const headers = { "content-type": "application/json; charset=utf-8" };

export function createConnectorClient(api: ApiClient, endpoints: Endpoints): ConnectorClient {
  const activitiesOf = (conversation: string) =>
    `${endpoints.connectorBase}/v3/conversations/${encodeURIComponent(conversation)}/activities`;

  return {
    post(conversation, body, call) {
      const connector = toApiCall("connector.post", conversation);
      return api.run(connector, call, async (send) => {
        const answer = await send({ url: activitiesOf(conversation), method: "POST", headers, body });
        return readAnswer(connector, parse(connector, answer.text), activityAnswer).id;
      });
    },
    put(conversation, id, body, call) {
      const connector = toApiCall("connector.edit", conversation);
      return api.run(connector, call, async (send) => {
        const url = `${activitiesOf(conversation)}/${encodeURIComponent(id)}`;
        const answer = await send({ url, method: "PUT", headers, body });
        // Answered with the id, or with nothing; a page is somebody else's answer.
        if (answer.text !== "") parse(connector, answer.text);
      });
    },
  };
}

function toApiCall(operation: "connector.post" | "connector.edit", conversation: string): ApiCall {
  return { service: "connector", operation, buckets: conversationBuckets(conversation) };
}

function parse(api: ApiCall, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadableAnswer(api, "no JSON").with({ cause });
  }
}

/** Stored ids reach a URL: anything that is none is refused before. */
export function toActivityId(id: string | undefined): string {
  const read = activityAnswer.safeParse({ id });
  if (read.success) return read.data.id;
  throw new PluginError("invalid_argument", "The stored address of a message has no usable id.", {
    fix: "Nothing to do: the message cannot be found any more.",
  });
}
