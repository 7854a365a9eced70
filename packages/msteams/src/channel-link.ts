/** A channel as Teams' "Get link to channel" names it. */
export interface ChannelLink {
  /** Conversation id: `19:…@thread.tacv2`. */
  readonly channel: string;
  /** Id of the team's group, in lower case. */
  readonly team: string;
  /** Missing in newer links. */
  readonly tenant: string | undefined;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;
const channelId = /^19:[\w-]{1,90}@thread\.(?:tacv2|skype)$/u;

/**
 * Reads a link to a channel, to a team (its General channel) or to a message in a channel. Undefined when it is none.
 * Seen from Teams' clients: `https://teams.microsoft.com/l/channel/<id>/<name>?groupId=…&tenantId=…`, the same without
 * `tenantId` and with other parameters, on `teams.cloud.microsoft` and on the hosts of other clouds, behind `_#`, as
 * `msteams:` link, inside a launcher page, and with ids encoded twice. The host says nothing that the ids do not say.
 */
export function readChannelLink(text: string): ChannelLink | undefined {
  const url = URL.parse(text);
  if (url === null || !/^(?:https?|msteams):$/u.test(url.protocol)) return undefined;
  const launched = url.searchParams.get("url");
  if (url.pathname.includes("/launcher/") && launched !== null) return readPath(launched);
  return readPath(url.hash.startsWith("#/l/") ? url.hash.slice(1) : url.pathname + url.search);
}

function readPath(text: string): ChannelLink | undefined {
  const url = URL.parse(text.replace(/^\/?_?#?/u, ""), "https://teams.microsoft.com/");
  const [, kind, id = ""] = /\/l\/(channel|team|message)\/([^/]+)/u.exec(url?.pathname ?? "") ?? [];
  const channel = decode(id);
  const team = url?.searchParams.get("groupId") ?? "";
  if (kind === undefined || !channelId.test(channel) || !guid.test(team)) return undefined;
  return { channel, team: team.toLowerCase(), tenant: url?.searchParams.get("tenantId") ?? undefined };
}

/** Some clients encode what is encoded already. */
function decode(text: string): string {
  let decoded = text;
  for (let round = 0; round < 3 && decoded.includes("%"); round += 1) {
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return "";
    }
  }
  return decoded;
}

/** Anything that was meant as a link: it is never looked up as a person. */
export function looksLikeLink(text: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:|\/\/|teams\.)/iu.test(text);
}

/** A link that both this program and the official plugin read: all they take from it are the ids. */
export function writeChannelLink(link: ChannelLink & { readonly tenant: string }): string {
  const path = `https://teams.microsoft.com/l/channel/${encodeURIComponent(link.channel)}/-`;
  return `${path}?groupId=${link.team}&tenantId=${encodeURIComponent(link.tenant)}`;
}
