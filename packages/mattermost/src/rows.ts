import {
  type DocumentFact,
  type DocumentPart,
  joinWhatFits,
  newestThatFit,
  type ReviewView,
  type RoleView,
  toUtcText,
} from "@access-plugins/core";
import { block, code, type Surface } from "./markdown.ts";
import { reviewLine } from "./review-line.ts";

/** A label of ours and what stands beside it, as Markdown. */
export interface Row {
  readonly label: string;
  readonly value: string;
  /** Two of them fit beside each other. */
  readonly short: boolean;
}

/** The most characters each part may take, after neutralising. */
interface Room {
  readonly fact: number;
  /** All roles, and all resources. */
  readonly names: number;
  readonly name: number;
  readonly reason: number;
  readonly resolution: number;
  readonly reviews: number;
  readonly reviewReason: number;
  readonly promotedTo: number;
  readonly link: number;
  readonly command: number;
  readonly notes: number;
  readonly note: number;
}

/** Where rows are shown, and how much of them. */
export interface Layout {
  readonly surface: Surface;
  readonly room: Room;
}

/** One part of a message as rows. Title, hint and link are no rows: each layout has its own place for them. */
export function toRows(part: DocumentPart, layout: Layout): readonly Row[] {
  const { room } = layout;
  switch (part.kind) {
    case "title":
    case "hint":
    case "link":
      return [];
    case "facts":
      return part.facts.map((fact) => ({ label: fact.label, value: toFact(fact, layout), short: true }));
    case "roles":
      return [
        row(
          part.label,
          joinWhatFits(part.roles, room.names, (role) => toRole(role, layout)),
        ),
      ];
    case "resources":
      return [
        row(
          part.label,
          joinWhatFits(part.names, room.names, (name) => toName(name, layout)),
        ),
      ];
    case "prose":
      return [row(part.label, block(part.text, room[part.of], layout.surface))];
    case "reviews":
      return [
        row(
          part.label,
          newestThatFit(part.reviews, room.reviews, (review) => toReview(review, layout)),
        ),
      ];
    case "status":
      return [row(part.label, toStatus(part, layout))];
    case "commands":
      return part.commands.map(({ label, text }) => row(label, code(text, room.command, layout.surface)));
    case "notes":
      return [
        row(
          "Notes",
          newestThatFit(part.notes, room.notes, (note) => code(note, room.note, layout.surface)),
        ),
      ];
  }
}

function row(label: string, value: string): Row {
  return { label, value, short: false };
}

function toFact({ value }: DocumentFact, { room, surface }: Layout): string {
  return "time" in value ? toUtcText(value.time) : code(value.name, room.fact, surface);
}

function toName(name: string, { room, surface }: Layout): string {
  return code(name, room.name, surface);
}

function toRole({ name, logins }: RoleView, layout: Layout): string {
  const shown = toName(name, layout);
  if (logins === undefined) return shown;
  if (logins.length === 0) return `${shown} (no logins)`;
  return `${shown} (logins ${joinWhatFits(logins, layout.room.names / 2, (login) => toName(login, layout))})`;
}

function toReview(review: ReviewView, { room, surface }: Layout): string {
  const head = reviewLine(review, surface);
  return review.reason.trim() === "" ? head : `${head}\n${block(review.reason, room.reviewReason, surface)}`;
}

function toStatus({ text, promotedTo }: Extract<DocumentPart, { kind: "status" }>, { room, surface }: Layout): string {
  return promotedTo === "" ? text : `${text} to ${code(promotedTo, room.promotedTo, surface)}`;
}
