import {
  joinWhatFits,
  type Reminder,
  type ReminderDocument,
  type SentencePart,
  toReminderDocument,
  toSentenceText,
} from "@access-plugins/core";
import { type AdaptiveCard, type Element, line, run, sizeOf, words } from "./card-elements.ts";
import { firstThatFit } from "./fitting.ts";
import { toLink } from "./link.ts";
import type { Activity } from "./render.ts";
import { toName, toPlainText } from "./safe-text.ts";

/** The most characters of JSON each part may take: far below Teams' limits, whatever the titles are. */
const room = { title: 300, listed: 150, lists: 4_000, summary: 120, link: 300 } as const;

/** A reminder, within the same limits and as harmless as any message. */
export function renderReminder(reminder: Reminder): Activity {
  const document = toReminderDocument(reminder);
  const summary = toSentenceText(document, (title) => toPlainText(toName(title, room.summary)));
  if (reminder.form === "plain") {
    return { type: "message", summary, text: toPlain(document, summary), textFormat: "plain", attachments: [] };
  }
  const contentType = "application/vnd.microsoft.card.adaptive";
  return { type: "message", summary, attachments: [{ contentType, content: toCard(document) }] };
}

function toCard(document: ReminderDocument): AdaptiveCard {
  const { heading, isOverdue, link } = document;
  const url = link === undefined ? undefined : toLink(link.url);
  const title = words(heading, { size: "large", weight: "bolder" });
  return {
    type: "AdaptiveCard",
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    version: "1.5",
    fallbackText: "Access Lists of Teleport wait for your review. This version of Teams cannot show the details.",
    body: [
      { type: "Container", style: isOverdue ? "attention" : "accent", bleed: true, items: [title] },
      line(document.sentence.map(toRun)),
      ...toLists(document),
      // What is no link of ours is shown as text, never made clickable.
      ...(link === undefined || url !== undefined ? [] : [line([run(toName(link.url, room.link))])]),
    ],
    ...(link === undefined || url === undefined
      ? {}
      : { actions: [{ type: "Action.OpenUrl", title: link.label, url }] }),
  };
}

function toPlain({ heading, lists, link }: ReminderDocument, sentence: string): string {
  const toLine = ({ title, when }: ReminderDocument["lists"][number]) =>
    `${toPlainText(toName(title, room.listed))} (${when})`;
  return [
    heading,
    sentence,
    ...(lists.length === 0 ? [] : [joinWhatFits(lists, room.lists, toLine)]),
    ...(link === undefined ? [] : [`${link.label}: ${toLink(link.url) ?? toPlainText(toName(link.url, room.link))}`]),
  ].join("\n");
}

function toRun(part: SentencePart) {
  return "words" in part ? run(part.words) : run(toName(part.title, room.title), { weight: "bolder" });
}

function toLists({ lists }: ReminderDocument): readonly Element[] {
  const toElement = ({ title, when }: ReminderDocument["lists"][number]) =>
    line([run(toName(title, room.listed), { weight: "bolder" }), run(`  ${when}`, { isSubtle: true })], {
      spacing: "small",
    });
  const { shown, rest } = firstThatFit(lists, room.lists, toElement, sizeOf);
  return rest === 0 ? shown : [...shown, words(`and ${rest} more`, { isSubtle: true })];
}
