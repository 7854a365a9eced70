import {
  type DocumentCommand,
  type DocumentFact,
  type DocumentPart,
  joinWhatFits,
  newestThatFit,
  type ReviewView,
  type RoleView,
} from "@access-plugins/core";
import type { KnownBlock, MrkdwnElement } from "@slack/types";
import { code, line, link, quote, time } from "./mrkdwn.ts";
import { reviewLine } from "./review-line.ts";

/**
 * The most characters each part may take, after escaping. Slack refuses a text above 3,000, more than 50 blocks, and
 * (undocumented, slackapi/bolt-js#2509) blocks above about 13,000 in all: these add up to less than 10,000.
 */
const room = {
  fact: 160,
  roles: 1_200,
  resources: 1_200,
  name: 150,
  reason: 2_800,
  replyReason: 2_600,
  resolution: 900,
  reviews: 1_500,
  reviewReason: 300,
  promotedTo: 200,
  link: 800,
  command: 200,
  notes: 600,
  note: 250,
} as const;

/**
 * Section, header and context blocks as the official plugin posts them, no `rich_text`: Slack refuses to replace
 * rich text by other blocks (`block_mismatch`), and the official plugin may have to edit our message one day. A link
 * instead of a button: without a listener for clicks Slack shows a warning beside every button.
 */
export function toBlocks(document: readonly DocumentPart[]): KnownBlock[] {
  return document.flatMap((part) => toBlock(part));
}

function toBlock(part: DocumentPart): KnownBlock[] {
  switch (part.kind) {
    case "title":
      return [{ type: "header", text: { type: "plain_text", text: part.text, emoji: false } }];
    case "facts":
      // No `fields`: a phone would show them one below the other, of two lines each.
      return section(part.facts.map(toFact).join("\n"));
    case "roles":
      return section(`*${part.label}*: ${joinWhatFits(part.roles, room.roles, toRole)}`);
    case "resources":
      return section(`*${part.label}*: ${joinWhatFits(part.names, room.resources, toName)}`);
    case "prose":
      return section(labelled(part.label, quote(part.text, room[part.of], "blocks")));
    case "reviews":
      return section(labelled(part.label, newestThatFit(part.reviews, room.reviews, toReview)));
    case "status":
      return section(toStatus(part));
    case "link":
      return section(link(part.url, part.label, room.link) ?? `*${part.label}*: ${code(part.url, room.link)}`);
    case "hint":
      return section(part.text);
    case "commands":
      return section(part.commands.map(toCommand).join("\n"));
    case "notes":
      return [{ type: "context", elements: [mrkdwn(newestThatFit(part.notes, room.notes, toNote))] }];
  }
}

function toStatus({ label, text, promotedTo }: Extract<DocumentPart, { kind: "status" }>): string {
  return `*${label}*: ${text}${promotedTo === "" ? "" : ` to ${code(promotedTo, room.promotedTo)}`}`;
}

/** One reply: a review or an outcome, as a single section. */
export function toReplyBlocks(head: string, reason: string): KnownBlock[] {
  return section(reason.trim() === "" ? head : `${head}\n${quote(reason, room.replyReason, "blocks")}`);
}

function toCommand({ label, text }: DocumentCommand): string {
  return `*${label}*: ${code(text, room.command)}`;
}

function toFact({ label, value }: DocumentFact): string {
  return `*${label}*: ${"time" in value ? time(value.time) : code(value.name, room.fact)}`;
}

function toName(name: string): string {
  return code(name, room.name);
}

function toRole(role: RoleView): string {
  const name = toName(role.name);
  if (role.logins === undefined) return name;
  if (role.logins.length === 0) return `${name} (no logins)`;
  return `${name} (logins ${joinWhatFits(role.logins, room.roles / 2, toName)})`;
}

function toReview(review: ReviewView): string {
  const head = reviewLine(review, "blocks");
  return review.reason.trim() === "" ? head : `${head}\n${quote(review.reason, room.reviewReason, "blocks")}`;
}

function toNote(note: string): string {
  return line(note, room.note, "blocks") || "(empty)";
}

function labelled(label: string, text: string): string {
  return `*${label}*\n${text}`;
}

function section(text: string): KnownBlock[] {
  return [{ type: "section", text: mrkdwn(text) }];
}

function mrkdwn(text: string): MrkdwnElement {
  return { type: "mrkdwn", text, verbatim: true };
}
