import {
  joinWhatFits,
  type Reminder,
  type ReminderDocument,
  toReminderDocument,
  toSentenceText,
} from "@access-plugins/core";
import type { Attachment } from "./attachment.ts";
import { code, line, link, type Surface, toAddress } from "./markdown.ts";
import type { Rendered } from "./render.ts";

/** The most characters each part may take, after neutralising: far below the server's limits, whatever the titles are. */
const room = { title: 300, listed: 120, lists: 1_600, link: 800 } as const;

/** A reminder, within the same limits and as harmless as any message. */
export function renderReminder(reminder: Reminder): Rendered {
  const document = toReminderDocument(reminder);
  const heading = `**${document.heading}**`;
  if (reminder.form === "rich") return { message: heading, attachments: [toAttachment(document)] };
  const address = document.link === undefined ? undefined : link(document.link.url, document.link.label, room.link);
  const lines = [heading, ...toLines(document, "message"), ...(address === undefined ? [] : [address])];
  return { message: lines.join("\n"), attachments: [] };
}

function toAttachment(document: ReminderDocument): Attachment {
  const address = document.link === undefined ? undefined : toAddress(document.link.url, room.link);
  return {
    color: document.isOverdue ? "#d24b4e" : "#ffbc1f",
    fallback: toSentenceText(document, (title) => line(title, room.listed) || "(empty)"),
    title: address === undefined ? "" : (document.link?.label ?? ""),
    title_link: address ?? "",
    text: toLines(document, "attachment").join("\n"),
    fields: [],
  };
}

/** The sentence, the lists, and an address that cannot be linked. */
function toLines(document: ReminderDocument, surface: Surface): readonly string[] {
  const { lists, link: { label, url } = { label: "", url: "" } } = document;
  const toListed = ({ title, when }: ReminderDocument["lists"][number]) =>
    `${code(title, room.listed, surface)} (${when})`;
  const isUsable = url === "" || toAddress(url, room.link) !== undefined;
  return [
    toSentenceText(document, (title) => code(title, room.title, surface)),
    ...(lists.length === 0 ? [] : [joinWhatFits(lists, room.lists, toListed)]),
    ...(isUsable ? [] : [`${label}: ${code(url, room.link, surface)}`]),
  ];
}
