import type { ErrorCode } from "@access-plugins/core";
import type { Operation } from "./limits.ts";
import { permissionFor, toGrantFix } from "./permissions.ts";

/** What one of Microsoft's refusals means to us. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly fix: string;
}

const wait = "Nothing to do: the call is tried again.";
const ours = "Please report this: the message was built in a way Teams does not take.";
const askPerson = "Ask the person to unblock the app in Teams, or name another recipient.";
const askAdmin = "Ask a Teams administrator: a policy of the organisation keeps this app from the recipient.";
const addApp =
  "Add the app to the team (Manage team, Apps); for a person: nothing blocks it, the app is installed at the next try.";
const checkCloud = "Check msapi.cloud, msapi.region and msapi.endpoints: this host does not serve the bot.";
const registration =
  "Check that msapi.app_id is the Microsoft App ID of an Azure Bot of type single-tenant (or managed identity) in the tenant msapi.tenant_id, with the Teams channel enabled.";

/**
 * Error words of the Bot Connector
 * (https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability, read 2026-11-21).
 */
export const connectorRefusals: ReadonlyMap<string, Refusal> = new Map([
  ["BotNotInConversationRoster", { code: "app_not_installed", fix: addApp }],
  ["ConversationBlockedByUser", { code: "recipient_forbidden", fix: askPerson }],
  ["MessageWritesBlocked", { code: "recipient_forbidden", fix: askPerson }],
  ["BotDisabledByAdmin", { code: "recipient_forbidden", fix: askAdmin }],
  ["InvalidBotApiHost", { code: "forbidden", fix: checkCloud }],
  ["BotNotRegistered", { code: "unauthenticated", fix: registration }],
  ["ConversationNotFound", { code: "recipient_unknown", fix: "Check the recipient: Teams has no such conversation." }],
  [
    "ActivityNotFoundInConversation",
    { code: "message_not_found", fix: "Nothing to do: somebody deleted the message." },
  ],
  ["MessageSizeTooBig", { code: "content_rejected", fix: ours }],
  ["BadSyntax", { code: "content_rejected", fix: ours }],
  ["BadArgument", { code: "content_rejected", fix: ours }],
]);

/** The connector's statuses without a word we know. */
export function toConnectorRefusal(status: number, operation: Operation, detail: string): Refusal {
  if (status === 401) return { code: "unauthenticated", fix: registration };
  // Many refusals of a post come without a word: the person has blocked or removed the app, or a policy forbids it.
  if (status === 403) return { code: "recipient_forbidden", fix: `${askPerson} ${askAdmin}` };
  if (status === 404 && operation === "connector.edit") {
    return { code: "message_not_found", fix: "Nothing to do: the message no longer exists." };
  }
  if (status === 404) return { code: "recipient_unknown", fix: "Check the recipient: Teams has no such conversation." };
  if (status === 400 && /conversation/iu.test(detail)) {
    return { code: "recipient_unknown", fix: "Check the channel's link: Teams does not take its conversation id." };
  }
  if (status === 400 || status === 413) return { code: "content_rejected", fix: ours };
  return {
    code: "recipient_forbidden",
    fix: `This version does not know what HTTP ${status} means here: look it up in the Bot Connector's documentation.`,
  };
}

const notFound: Readonly<Partial<Record<Operation, string>>> = {
  "graph.getUser": "Check the e-mail address or id: Entra has no such person.",
  "graph.getInstalledApps":
    "Check the recipient: Teams has no such person. Without a Teams licence nobody can be told.",
  "graph.installApp": "Check that the Teams app is in the organisation's catalogue and the person has a Teams licence.",
  "graph.getTeamApps": "Check the groupId in the channel's link: there is no such team.",
};

/**
 * Statuses of Graph. A look-up speaks of one recipient only: a missing permission is that recipient's matter, messages
 * that are out already can still be edited.
 */
export function toGraphRefusal(status: number, operation: Operation): Refusal {
  if (status === 401) return { code: "unauthenticated", fix: checkCloud };
  if (status === 403) {
    const permission = permissionFor[operation];
    const grant = permission === undefined ? "" : `${toGrantFix(permission)} `;
    return { code: "recipient_forbidden", fix: `${grant}If it is granted: ${askAdmin}` };
  }
  if (status === 404) return { code: "recipient_unknown", fix: notFound[operation] ?? "Check the recipient." };
  if (status === 409) return { code: "already_exists", fix: wait };
  return {
    code: "invalid_argument",
    fix: `Please report this: Microsoft Graph did not understand the call (HTTP ${status}).`,
  };
}

const newSecret =
  "Create a new client secret under Certificates & secrets of the app registration and put its value (not its id) into msapi.app_secret, or into the file it names.";
const checkIds = "Check msapi.app_id and msapi.tenant_id: the app is not registered in this tenant of this cloud.";
const checkCertificate =
  "Upload the certificate in msapi.certificate_file to the app registration, and check that it is valid and belongs to the private key.";
const checkFederation =
  "Check the federated credential of the app registration: issuer, subject and audience have to be those of the token in msapi.federated_token_file.";

/** Sign-in errors by number (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
export const loginRefusals: ReadonlyMap<number, string> = new Map([
  ...each([7000215, 7000216, 7000218], newSecret),
  ...each([7000222], `The client secret has expired. ${newSecret}`),
  ...each([7000112], "The app registration is disabled: enable it in Entra."),
  ...each([700016, 90002, 90013, 900021, 900023, 50128, 50059], checkIds),
  ...each([700027, 700021, 700030, 1000502, 7000214], checkCertificate),
  ...each(
    [700024],
    `The token or certificate is not valid at this time: check the clock of this machine. ${checkCertificate}`,
  ),
  ...each([70021, 700211, 700212, 700213, 700223, 700238], checkFederation),
  ...each([500011, 1002012, 70011], checkCloud),
  ...each(
    [53003, 53000, 530034, 530035],
    "A Conditional Access policy for workload identities refuses this sign-in: let an Entra administrator allow it.",
  ),
]);

/** Numbers that pass by themselves. */
export const transientLoginErrors: ReadonlySet<number> = new Set([
  90033, 90024, 90025, 90055, 50033, 50196, 130502, 90012,
]);

export const unknownLoginFix = "Check [msapi] in the configuration and the app registration in Entra.";

function each(numbers: readonly number[], fix: string): [number, string][] {
  return numbers.map((number) => [number, fix]);
}
