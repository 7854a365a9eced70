import { type Call, PluginError, type Recipient, toSingleLine, truncate } from "@access-plugins/core";
import { looksLikeLink, readChannelLink } from "./channel-link.ts";
import type { Chats } from "./chats.ts";
import type { People, Person } from "./people.ts";
import { type Place, toChannelPlace, toRecipient } from "./place.ts";
import type { Teams } from "./teams.ts";

/** Turns what an operator or a requester wrote into a place Teams takes messages for. */
export interface TeamsRecipients {
  find(raw: string, as: "any" | "person", call: Call): Promise<Place>;
  /** Whom or what a raw form means, without installing the app: a person is told apart by the Entra id alone. */
  preview(raw: string, as: "any" | "person", call: Call): Promise<Recipient>;
  /**
   * The place of a stored raw form, where a message is already. A channel is taken as it is. `anew` forgets what is known
   * of a person's chat, and installs the app again when it is gone.
   */
  findAgain(raw: string, anew: boolean, call: Call): Promise<Place>;
}

export interface RecipientDeps {
  readonly people: People;
  readonly chats: Chats;
  readonly teams: Teams;
  /** Tenant of the bot, as configured. */
  readonly tenant: string;
}

const email = /^[^\s@,<>]+@[^\s@,<>]+$/u;
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

/** What a raw form is meant to be. */
export type Form = "person" | "channel" | "unknown";

export function toForm(text: string): Form {
  if (looksLikeLink(text)) return readChannelLink(text) === undefined ? "unknown" : "channel";
  return email.test(text) || guid.test(text) ? "person" : "unknown";
}

/** People by e-mail address or Entra id, channels by their link. */
export function createRecipients({ people, chats, teams, tenant }: RecipientDeps): TeamsRecipients {
  async function findPerson(text: string, anew: boolean, call: Call): Promise<Place> {
    const { person, installation } = await people.find(text, call);
    mustBeEnabled(person, text);
    if (anew) chats.forget(person.id);
    const chat = await chats.open(person.id, installation, call);
    return { kind: "person", conversation: chat.id, owner: person.id.toLowerCase() };
  }

  async function previewPerson(text: string, call: Call): Promise<Recipient> {
    const { person } = await people.find(text, call);
    mustBeEnabled(person, text);
    return { kind: "person", id: person.id.toLowerCase() };
  }

  async function findChannel(text: string, call: Call): Promise<Place> {
    const place = readChannel(text, tenant);
    await teams.requireApp(place.owner, call);
    return place;
  }

  async function find(text: string, as: "any" | "person", call: Call): Promise<Place> {
    const form = toForm(text);
    if (form === "person") return findPerson(text, false, call);
    if (as === "person") throw unknown(text, personFix);
    if (form === "channel") return findChannel(text, call);
    throw unknown(text, looksLikeLink(text) ? linkFix : anyFix);
  }

  return {
    find: (raw, as, call) => named(raw, find(raw.trim(), as, call)),
    preview(raw, as, call) {
      const text = raw.trim();
      const found = toForm(text) === "person" ? previewPerson(text, call) : find(text, as, call).then(toRecipient);
      return named(raw, found);
    },
    findAgain(raw, anew, call) {
      const text = raw.trim();
      const channel = toChannelPlace(text);
      if (channel !== undefined) return Promise.resolve(channel);
      return named(raw, toForm(text) === "person" ? findPerson(text, anew, call) : find(text, "any", call));
    },
  };
}

/** Throws when the link leads to another tenant: the bot cannot be there. */
export function readChannel(text: string, tenant: string): Place {
  const link = readChannelLink(text);
  const place = toChannelPlace(text);
  if (link === undefined || place === undefined) throw unknown(text, linkFix);
  const isElsewhere =
    link.tenant !== undefined && guid.test(tenant) && link.tenant.toLowerCase() !== tenant.toLowerCase();
  if (isElsewhere)
    throw unknown(text, "The link belongs to another tenant than msapi.tenant_id: name a channel of your own.");
  return place;
}

/** A disabled account can still be written to, and nobody reads it. Not told by every answer. */
export function mustBeEnabled({ accountEnabled }: Person, raw: string): void {
  if (accountEnabled !== false) return;
  throw new PluginError("recipient_gone", `The account of "${shown(raw)}" is disabled.`, {
    operation: "graph.getUser",
    recipient: raw,
    reason: "account_disabled",
    fix: "Remove the recipient from the configuration, or enable the account in Entra.",
  });
}

async function named<T>(raw: string, finding: Promise<T>): Promise<T> {
  try {
    return await finding;
  } catch (thrown) {
    throw PluginError.from(thrown).with({ recipient: raw });
  }
}

const personFix = "Use the person's e-mail address, user principal name or object id in Entra.";
const linkFix =
  "Copy the channel's link anew in Teams (Get link to channel): it has to hold the channel's id (19:…@thread.tacv2) and a groupId.";
const anyFix =
  "Use an e-mail address, the object id of a person in Entra, or a channel's link from Teams (Get link to channel): names are not looked up.";

function unknown(raw: string, fix: string): PluginError {
  return new PluginError("recipient_unknown", `"${shown(raw)}" is no recipient Teams could know.`, {
    recipient: raw,
    fix,
    reason: "unrecognized_form",
  });
}

/** Recipients may come from a requester: an error quotes them bounded and on one line. */
function shown(raw: string): string {
  return truncate(toSingleLine(raw), 100);
}
