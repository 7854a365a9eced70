import {
  type DocumentCommand,
  type DocumentFact,
  type DocumentPart,
  type MessageStatus,
  type ReviewView,
  type RoleView,
  reviewWords,
} from "@access-plugins/core";
import {
  type AdaptiveCard,
  type Container,
  dateToken,
  type Element,
  hasDateToken,
  line,
  row,
  run,
  sizeOf,
  type TextRun,
  words,
} from "./card-elements.ts";
import { firstThatFit, lastThatFit } from "./fitting.ts";
import { toLink } from "./link.ts";
import { toLines, toName } from "./safe-text.ts";

/**
 * The most characters of JSON each part may take. Teams refuses an activity above 100 KB, counted in UTF-16, and older
 * hosts above 28 KB (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages): these
 * and the frame around them add up to less than 25,000.
 */
const room = {
  promotedTo: 200,
  fact: 300,
  roles: 2_500,
  role: 160,
  logins: 300,
  resources: 2_500,
  resource: 200,
  reason: 3_000,
  reasonLines: 20,
  resolution: 1_200,
  resolutionLines: 8,
  reviews: 4_000,
  author: 120,
  reviewReason: 350,
  reviewLines: 4,
  notes: 900,
  note: 250,
  command: 250,
} as const;

type PartOf<K extends DocumentPart["kind"]> = Extract<DocumentPart, { kind: K }>;

/** A document as a card: status on top, then what is asked for and why, the reviews so far, and where to act. */
export function toCard(parts: readonly DocumentPart[], status: MessageStatus): AdaptiveCard {
  const link = parts.flatMap((part) => (part.kind === "link" ? [part] : [])).find(({ url }) => toLink(url));
  return {
    type: "AdaptiveCard",
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    version: "1.5",
    fallbackText: "An Access Request of Teleport. This version of Teams cannot show the details.",
    body: [toHeader(parts, status), ...parts.flatMap(toElements)],
    ...(link === undefined
      ? {}
      : { actions: [{ type: "Action.OpenUrl", title: link.label, url: toLink(link.url) ?? "" }] }),
  };
}

const styles: Readonly<Record<MessageStatus, NonNullable<Container["style"]>>> = {
  pending: "accent",
  approved: "good",
  denied: "attention",
  promoted: "good",
  expired: "warning",
  removed: "warning",
  closed: "emphasis",
};

function toHeader(parts: readonly DocumentPart[], of: MessageStatus): Container {
  const items = parts.flatMap((part) => {
    if (part.kind === "title") return [words(part.text, { size: "large", weight: "bolder" })];
    return part.kind === "status" ? toStatus(part) : [];
  });
  return { type: "Container", style: styles[of], bleed: true, items };
}

/** In the container's own colour: coloured text on it would be hard to read. */
function toStatus({ text, promotedTo }: PartOf<"status">): readonly Element[] {
  const to = [line([run("to "), run(toName(promotedTo, room.promotedTo), { weight: "bolder" })], { spacing: "none" })];
  return [words(text, { weight: "bolder", spacing: "none" }), ...(promotedTo === "" ? [] : to)];
}

function toElements(part: DocumentPart): readonly Element[] {
  switch (part.kind) {
    case "title":
    case "status":
      return [];
    case "facts":
      return part.facts.flatMap(toFact);
    case "roles":
      return labelled(part.label, whatFits(part.roles, room.roles, toRole));
    case "resources":
      return labelled(part.label, whatFits(part.names, room.resources, toResource));
    case "prose":
      return toProse(part);
    case "reviews":
      return toReviews(part);
    case "link":
      // What is no link of ours is shown as text, never made clickable.
      return toLink(part.url) === undefined ? toCommand({ label: "Link", text: part.url }) : [];
    case "hint":
      return [words(part.text)];
    case "commands":
      return part.commands.flatMap(toCommand);
    case "notes":
      return whatFits(part.notes, room.notes, toNote);
  }
}

function toFact({ label, value }: DocumentFact): readonly Element[] {
  if ("name" in value) return [row(label, [line([run(toName(value.name, room.fact))])])];
  return hasDateToken(value.time) ? [row(label, [words(dateToken(value.time))])] : [];
}

/** Below the label, for names that are too long to stand beside it on a phone. */
function labelled(label: string, items: readonly Element[]): readonly Element[] {
  return [words(label, { isSubtle: true }), ...items];
}

function toRole({ name, logins }: RoleView): Element {
  return line([run(toName(name, room.role), { fontType: "monospace" }), ...toLogins(logins)], { spacing: "none" });
}

function toLogins(logins: readonly string[] | undefined): readonly TextRun[] {
  if (logins === undefined) return [];
  if (logins.length === 0) return [run("  no logins", { isSubtle: true })];
  const { shown, rest } = firstThatFit(logins, room.logins, (login) => toName(login, room.role), sizeOf);
  const more = rest === 0 ? [] : [run(` and ${rest} more`, { isSubtle: true })];
  return [run("  logins ", { isSubtle: true }), run(shown.join(", "), { fontType: "monospace" }), ...more];
}

function toResource(name: string): Element {
  return line([run(toName(name, room.resource), { fontType: "monospace" })], { spacing: "none" });
}

function toProse({ of, label, text }: PartOf<"prose">): readonly Element[] {
  const lines = toLines(text, room[of], of === "reason" ? room.reasonLines : room.resolutionLines);
  const container = { type: "Container", style: "emphasis", spacing: "small", items: lines.map(toLine) } as const;
  return labelled(label, [container]);
}

function toReviews({ label, reviews }: PartOf<"reviews">): readonly Element[] {
  const { shown, rest } = lastThatFit(reviews, room.reviews, toReview, sizeOf);
  const earlier = rest === 0 ? [] : [words(`${rest} earlier not shown here`, { isSubtle: true })];
  return [words(label, { weight: "bolder", separator: true }), ...earlier, ...shown];
}

function toReview({ author, state, reason, created }: ReviewView): Container {
  const { icon, verb } = reviewWords(state);
  const head = line([run(`${icon} `), run(toName(author, room.author), { weight: "bolder" }), run(` ${verb}`)]);
  const at = created !== undefined && hasDateToken(created) ? [toSmallTime(created)] : [];
  const why = reason.trim() === "" ? [] : toLines(reason, room.reviewReason, room.reviewLines).map(toLine);
  return { type: "Container", spacing: "small", items: [head, ...at, ...why] };
}

function toSmallTime(at: Date): Element {
  return words(dateToken(at), { size: "small", isSubtle: true, spacing: "none" });
}

function toLine(text: string): Element {
  return line([run(text)], { spacing: "none" });
}

function toNote(note: string): Element {
  return line([run(toName(note, room.note), { isSubtle: true })], { spacing: "small" });
}

function toCommand({ label, text }: DocumentCommand): readonly Element[] {
  return labelled(label, [line([run(toName(text, room.command), { fontType: "monospace" })], { spacing: "none" })]);
}

function whatFits<T>(items: readonly T[], limit: number, toElement: (item: T) => Element): readonly Element[] {
  const { shown, rest } = firstThatFit(items, limit, toElement, sizeOf);
  return rest === 0
    ? shown
    : [...shown, words(`and ${rest} more, not shown here`, { isSubtle: true, spacing: "none" })];
}
