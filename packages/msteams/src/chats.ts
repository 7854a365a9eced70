import { type Call, type Clock, PluginError } from "@access-plugins/core";
import type { Catalogue } from "./catalogue.ts";
import type { GraphCall, GraphClient } from "./client/graph.ts";
import type { Endpoints } from "./endpoints.ts";
import { objectBuckets } from "./limits.ts";
import { createLookupCache } from "./lookup-cache.ts";
import { type Installation, installationsOf } from "./people.ts";
import { type Settling, settlingPauseMs } from "./settling.ts";
import { chatAnswer, installationsAnswer } from "./wire.ts";

/** The chat between a person and the bot. */
interface Chat {
  readonly id: string;
  readonly webUrl: string;
  readonly installation: string;
}

/** The chats people have with the bot: it exists as soon as the app is installed for the person. */
export interface Chats {
  /** Installs the app when it has to. `known` spares the question whether it is there. */
  open(person: string, known: Installation | undefined, call: Call): Promise<Chat>;
  /** Looks at everything anew at the next opening. */
  forget(person: string): void;
  /** Removes the app from the person; true when it was there. */
  uninstall(person: string, call: Call): Promise<boolean>;
}

export interface ChatsDeps {
  readonly graph: GraphClient;
  readonly catalogue: Catalogue;
  readonly endpoints: Endpoints;
  readonly settling: Settling;
  readonly clock: Clock;
}

/** The chat of an installation never changes; a person who removes the app is noticed at the next message. */
const lifetimeMs = 24 * 60 * 60_000;

export function createChats({ graph, catalogue, endpoints, settling, clock }: ChatsDeps): Chats {
  const chats = createLookupCache<Chat>(lifetimeMs, clock);

  async function findInstallation(person: string, call: Call): Promise<string | undefined> {
    const app = await catalogue.findApp(call);
    return (await graph.get(installationsOf(person, app.id), installationsAnswer, call)).value[0]?.id;
  }

  async function install(person: string, call: Call): Promise<string> {
    const app = await catalogue.findApp(call);
    // The reference names the cloud's own host, also when calls go through a gateway.
    const bind = `${endpoints.cloud.graph}/v1.0/appCatalogs/teamsApps/${app.id}`;
    const graphCall = toCall("graph.installApp", person, "");
    await graph.post(graphCall, { "teamsApp@odata.bind": bind }, call).catch((thrown) => {
      // Somebody, or another replica, was faster.
      if (!(thrown instanceof PluginError) || thrown.code !== "already_exists") throw thrown;
    });
    const installation = await findInstallation(person, call);
    if (installation === undefined) throw notYet(person, "The app was installed and is not there yet.");
    return installation;
  }

  async function open(person: string, known: Installation | undefined, call: Call): Promise<Chat> {
    const found = known === undefined ? await findInstallation(person, call) : known.id;
    const installation = found ?? (await install(person, call));
    const graphCall = toCall("graph.getChat", person, `/${encodeURIComponent(installation)}/chat`);
    const chat = await graph.get(graphCall, chatAnswer, call).catch((thrown) => {
      if (!(thrown instanceof PluginError) || thrown.code !== "recipient_unknown") throw thrown;
      throw notYet(person, "The app is installed and its chat is not there yet.", thrown);
    });
    return { id: chat.id, webUrl: chat.webUrl ?? "", installation };
  }

  /** Worth another try for a while, then it is meant. */
  function notYet(person: string, message: string, cause?: unknown): PluginError {
    const facts = { operation: "graph.getChat", reason: "app_settling", cause };
    if (settling.mayChange(person)) {
      const fix = "Nothing to do: the call is tried again.";
      return new PluginError("unavailable", message, { ...facts, fix, retryAfterMs: settlingPauseMs });
    }
    const fix =
      "Install the app for the person in the Teams admin center (Setup policies), and check app permission policies.";
    return new PluginError("app_not_installed", message, { ...facts, fix });
  }

  return {
    async open(person, known, call) {
      const chat = await chats.get(person.toLowerCase(), call, () => open(person, known, call));
      settling.works(person);
      return chat;
    },
    forget: (person) => chats.forget(person.toLowerCase()),
    async uninstall(person, call) {
      const installation = await findInstallation(person, call);
      chats.forget(person.toLowerCase());
      if (installation === undefined) return false;
      await graph.delete(toCall("graph.uninstallApp", person, `/${encodeURIComponent(installation)}`), call);
      return true;
    },
  };
}

type ChatOperation = "graph.installApp" | "graph.uninstallApp" | "graph.getChat";

function toCall(operation: ChatOperation, person: string, rest: string): GraphCall {
  const path = `/users/${encodeURIComponent(person)}/teamwork/installedApps${rest}`;
  return { operation, buckets: objectBuckets(operation, person), path };
}
