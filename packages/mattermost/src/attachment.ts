import { type DocumentPart, joinWhatFits, type MessageStatus } from "@access-plugins/core";
import { block, code, line, toAddress } from "./markdown.ts";
import { type Layout, type Row, toRows } from "./rows.ts";

/**
 * What we use of Mattermost's message attachments. A value of a wrong type anywhere makes the server drop all
 * attachments without a word, so every key is always there and none is ever null.
 */
export interface Attachment {
  /** `#rrggbb`. */
  readonly color: string;
  /** For push notifications: plain text. */
  readonly fallback: string;
  /** A heading without Markdown; a link when `title_link` is not empty. */
  readonly title: string;
  readonly title_link: string;
  /** Folded by the web client when it is high. */
  readonly text: string;
  /** Never folded; short ones stand two beside each other on wide screens. */
  readonly fields: readonly { readonly title: string; readonly value: string; readonly short: boolean }[];
}

/** What a screen shows, far below the server's limits, and a whole reason of 4,096 bytes. */
const layout: Layout = {
  surface: "attachment",
  room: {
    fact: 160,
    names: 1_200,
    name: 150,
    reason: 4_110,
    resolution: 900,
    reviews: 1_500,
    reviewReason: 300,
    promotedTo: 200,
    link: 800,
    command: 200,
    notes: 600,
    note: 250,
  },
};

const fallbackRoom = { user: 80, names: 200, name: 80 } as const;

const colors: Readonly<Record<MessageStatus, string>> = {
  pending: "#ffbc1f",
  approved: "#3db887",
  denied: "#d24b4e",
  promoted: "#1c58d9",
  expired: "#8d93a5",
  removed: "#8d93a5",
  closed: "#8d93a5",
};

/** The whole message but its title as one attachment: facts as fields, the link as heading, where a thumb reaches it. */
export function toAttachment(document: readonly DocumentPart[], status: MessageStatus): Attachment {
  return {
    color: colors[status],
    fallback: document.map(toFallback).join(""),
    ...toHeading(document),
    text: document.flatMap((part) => (part.kind === "hint" ? [part.text] : [])).join("\n"),
    fields: document.flatMap((part) => [...toRows(part, layout), ...unusableLink(part)]).map(toField),
  };
}

/** The attachment of a reply: `detail` is Markdown of ours, `reason` is somebody's text. */
export function toReplyAttachment(status: MessageStatus, fallback: string, detail: string, reason: string): Attachment {
  const quoted = reason.trim() === "" ? [] : [block(reason, layout.room.reason, "attachment")];
  const text = [...(detail === "" ? [] : [detail]), ...quoted].join("\n");
  return { color: colors[status], fallback, title: "", title_link: "", text, fields: [] };
}

function toHeading(document: readonly DocumentPart[]): Pick<Attachment, "title" | "title_link"> {
  for (const part of document) {
    const address = part.kind === "link" ? toAddress(part.url, layout.room.link) : undefined;
    if (part.kind === "link" && address !== undefined) return { title: part.label, title_link: address };
  }
  return { title: "", title_link: "" };
}

/** An address that cannot be linked is shown. */
function unusableLink(part: DocumentPart): readonly Row[] {
  if (part.kind !== "link" || toAddress(part.url, layout.room.link) !== undefined) return [];
  return [{ label: part.label, value: code(part.url, layout.room.link, "attachment"), short: false }];
}

function toField({ label, value, short }: Row): Attachment["fields"][number] {
  return { title: label, value, short };
}

function toFallback(part: DocumentPart): string {
  if (part.kind !== "title") return "";
  const what = joinWhatFits(part.asksFor, fallbackRoom.names, (name) => line(name, fallbackRoom.name) || "(empty)");
  const who = part.user === undefined ? [] : [line(part.user, fallbackRoom.user) || "(unknown)"];
  const about = [...who, ...(what === "" ? [] : [what])];
  return about.length === 0 ? part.text : `${part.text} – ${about.join(", ")}`;
}
