import {
  type DocumentFact,
  type DocumentPart,
  joinWhatFits,
  newestThatFit,
  type ReviewView,
  type RoleView,
} from "@access-plugins/core";
import { line, link, quote, time } from "./mrkdwn.ts";
import { reviewLine } from "./review-line.ts";

/**
 * The most characters each part may take, after escaping. `chat.update` refuses a text above 4,000 characters: these
 * add up to less than 3,900.
 */
const room = {
  titleUser: 80,
  titleNames: 170,
  fact: 80,
  names: 300,
  name: 80,
  reason: 950,
  resolution: 350,
  reviews: 450,
  reviewReason: 120,
  promotedTo: 100,
  link: 300,
  command: 100,
  notes: 200,
  note: 120,
} as const;

/**
 * The whole message as text: its first line is what a push notification shows, all of it is what a screen reader reads,
 * and it is the message itself where blocks were refused.
 */
export function toFallback(document: readonly DocumentPart[]): string {
  return document.flatMap((part) => toLines(part)).join("\n");
}

function toLines(part: DocumentPart): string[] {
  switch (part.kind) {
    case "title":
      return [toTitle(part)];
    case "facts":
      return part.facts.map(toFact);
    case "roles":
      return [`${part.label}: ${joinWhatFits(part.roles, room.names, toRole)}`];
    case "resources":
      return [`${part.label}: ${joinWhatFits(part.names, room.names, toName)}`];
    case "prose":
      return [`${part.label}:`, quote(part.text, room[part.of], "fallback")];
    case "reviews":
      return [`${part.label}:`, newestThatFit(part.reviews, room.reviews, toReview)];
    case "status":
      return [toStatus(part)];
    case "link":
      return [link(part.url, part.label, room.link) ?? `${part.label}: ${line(part.url, room.link, "fallback")}`];
    case "hint":
      return [part.text];
    case "commands":
      return part.commands.map(({ label, text }) => `${label}: ${line(text, room.command, "fallback")}`);
    case "notes":
      return [newestThatFit(part.notes, room.notes, toNote)];
  }
}

function toStatus({ label, text, promotedTo }: Extract<DocumentPart, { kind: "status" }>): string {
  return `${label}: ${text}${promotedTo === "" ? "" : ` to ${line(promotedTo, room.promotedTo, "fallback")}`}`;
}

/** One reply, as text. */
export function toReplyFallback(head: string, reason: string): string {
  return reason.trim() === "" ? head : `${head}\n${quote(reason, room.reason, "fallback")}`;
}

function toTitle({ text, user, asksFor }: Extract<DocumentPart, { kind: "title" }>): string {
  const what = joinWhatFits(asksFor, room.titleNames, toName);
  const who = user === undefined ? [] : [line(user, room.titleUser, "fallback") || "(unknown)"];
  const about = [...who, ...(what === "" ? [] : [what])];
  return about.length === 0 ? text : `${text} – ${about.join(", ")}`;
}

function toFact({ label, value }: DocumentFact): string {
  return `${label}: ${"time" in value ? time(value.time) : line(value.name, room.fact, "fallback") || "(empty)"}`;
}

function toRole({ name, logins }: RoleView): string {
  if (logins === undefined) return toName(name);
  const list = logins.length === 0 ? "no logins" : `logins ${joinWhatFits(logins, room.names / 2, toName)}`;
  return `${toName(name)} (${list})`;
}

function toName(name: string): string {
  return line(name, room.name, "fallback") || "(empty)";
}

function toNote(note: string): string {
  return line(note, room.note, "fallback");
}

function toReview(review: ReviewView): string {
  const head = reviewLine(review, "fallback");
  return review.reason.trim() === "" ? head : `${head}\n${quote(review.reason, room.reviewReason, "fallback")}`;
}
