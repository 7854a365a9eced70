import {
  type DocumentFact,
  type DocumentPart,
  joinWhatFits,
  newestThatFit,
  type ReviewView,
  type RoleView,
  reviewWords,
  toUtcText,
} from "@access-plugins/core";
import { hasDateToken } from "./card-elements.ts";
import { toLink } from "./link.ts";
import { toLines, toName, toPlainText } from "./safe-text.ts";

/** The most characters each part may take; together less than 10,000. */
const room = {
  titleUser: 60,
  titleNames: 130,
  fact: 200,
  names: 1_200,
  name: 160,
  reason: 3_000,
  resolution: 1_000,
  lines: 20,
  reviews: 2_000,
  review: 300,
  notes: 600,
} as const;

/**
 * The whole message as text, for when the card was refused. Text from people stands behind a label or indented, and its
 * addresses are no links.
 */
export function toPlainMessage(parts: readonly DocumentPart[]): string {
  return parts.flatMap(toTextLines).join("\n");
}

/** What a notification shows before the message is opened: one line. */
export function toSummary(parts: readonly DocumentPart[]): string {
  const lines = parts.flatMap((part) => (part.kind === "title" ? [toTitle(part)] : []));
  return lines.join("");
}

function toTextLines(part: DocumentPart): readonly string[] {
  switch (part.kind) {
    case "title":
      return [part.text];
    case "facts":
      return part.facts.flatMap(toFact);
    case "roles":
      return [`${part.label}: ${joinWhatFits(part.roles, room.names, toRole)}`];
    case "resources":
      return [`${part.label}: ${joinWhatFits(part.names, room.names, (name) => toText(name, room.name))}`];
    case "prose":
      return [`${part.label}:`, ...toLines(part.text, room[part.of], room.lines).map(indent)];
    case "reviews":
      return [`${part.label}:`, newestThatFit(part.reviews, room.reviews, toReview)];
    case "status":
      return [
        `${part.label}: ${part.text}${part.promotedTo === "" ? "" : ` to ${toText(part.promotedTo, room.fact)}`}`,
      ];
    case "link":
      return [`${part.label}: ${toLink(part.url) ?? toText(part.url, room.fact)}`];
    case "hint":
      return [part.text];
    case "commands":
      return part.commands.map(({ label, text }) => `${label}: ${toText(text, room.fact)}`);
    case "notes":
      return [newestThatFit(part.notes, room.notes, (note) => toText(note, room.fact))];
  }
}

function toTitle({ text, user, asksFor }: Extract<DocumentPart, { kind: "title" }>): string {
  const what = joinWhatFits(asksFor, room.titleNames, (name) => toText(name, room.titleUser));
  const about = [...(user === undefined ? [] : [toText(user, room.titleUser)]), ...(what === "" ? [] : [what])];
  return about.length === 0 ? text : `${text} – ${about.join(", ")}`;
}

function toFact({ label, value }: DocumentFact): readonly string[] {
  if ("name" in value) return [`${label}: ${toText(value.name, room.fact)}`];
  return hasDateToken(value.time) ? [`${label}: ${toUtcText(value.time)}`] : [];
}

function toRole({ name, logins }: RoleView): string {
  if (logins === undefined) return toText(name, room.name);
  const known = joinWhatFits(logins, room.review, (login) => toText(login, room.name));
  return `${toText(name, room.name)} (${logins.length === 0 ? "no logins" : `logins ${known}`})`;
}

function toReview({ author, state, reason, created }: ReviewView): string {
  const { icon, verb } = reviewWords(state);
  const at = created !== undefined && hasDateToken(created) ? `, ${toUtcText(created)}` : "";
  const why = reason.trim() === "" ? "" : `: ${toText(reason, room.review)}`;
  return `  ${icon} ${toText(author, room.name)} ${verb}${at}${why}`;
}

function indent(line: string): string {
  return `  ${toPlainText(line)}`;
}

function toText(text: string, limit: number): string {
  return toPlainText(toName(text, limit));
}
