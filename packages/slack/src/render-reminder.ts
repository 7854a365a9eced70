import {
  joinWhatFits,
  type Reminder,
  type ReminderDocument,
  toReminderDocument,
  toSentenceText,
} from "@access-plugins/core";
import type { KnownBlock } from "@slack/types";
import { code, line, link, type Surface } from "./mrkdwn.ts";
import type { Rendered } from "./render.ts";

/** The most characters each part may take, after escaping: far below Slack's limits, whatever the titles are. */
const room = { title: 300, listed: 120, lists: 1_600, fallbackLists: 1_200, link: 800 } as const;

/** A reminder, within the same limits and as harmless as any message. */
export function renderReminder(reminder: Reminder): Rendered {
  const document = toReminderDocument(reminder);
  return { text: toFallback(document), blocks: reminder.form === "plain" ? [] : toBlocks(document) };
}

function toBlocks(document: ReminderDocument): KnownBlock[] {
  return [
    { type: "header", text: { type: "plain_text", text: document.heading, emoji: false } },
    section(toSentence(document, "blocks")),
    ...(document.lists.length === 0 ? [] : [section(toLists(document, room.lists, "blocks"))]),
    ...(document.link === undefined ? [] : [section(toLink(document.link, "blocks"))]),
  ];
}

function toFallback(document: ReminderDocument): string {
  return [
    toSentence(document, "fallback"),
    ...(document.lists.length === 0 ? [] : [toLists(document, room.fallbackLists, "fallback")]),
    ...(document.link === undefined ? [] : [toLink(document.link, "fallback")]),
  ].join("\n");
}

function toSentence(document: ReminderDocument, surface: Surface): string {
  return toSentenceText(document, (title) => toTitle(title, room.title, surface));
}

function toLists({ lists }: ReminderDocument, limit: number, surface: Surface): string {
  return joinWhatFits(lists, limit, ({ title, when }) => `${toTitle(title, room.listed, surface)} (${when})`);
}

function toTitle(title: string, limit: number, surface: Surface): string {
  return surface === "blocks" ? code(title, limit) : line(title, limit, surface) || "(empty)";
}

function toLink({ label, url }: NonNullable<ReminderDocument["link"]>, surface: Surface): string {
  const shown = () => (surface === "blocks" ? code(url, room.link) : line(url, room.link, surface));
  return link(url, label, room.link) ?? `${label}: ${shown()}`;
}

function section(text: string): KnownBlock {
  return { type: "section", text: { type: "mrkdwn", text, verbatim: true } };
}
