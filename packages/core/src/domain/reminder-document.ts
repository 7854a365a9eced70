import type { DueAccessList, Reminder } from "./reminder.ts";

/** A piece of the sentence: words of ours, or the title of a list, which is text from people. */
export type SentencePart = { readonly words: string } | { readonly title: string };

/** What a reminder says, in reading order and free of any markup. Everything but titles is ours alone. */
export interface ReminderDocument {
  readonly heading: string;
  /** Something is past due. */
  readonly isOverdue: boolean;
  readonly sentence: readonly SentencePart[];
  /** The lists one by one; empty when the sentence names the only one. */
  readonly lists: readonly { readonly title: string; readonly when: string }[];
  readonly link?: { readonly label: string; readonly url: string };
}

/** What is said about `reminder`: one wording for all platforms. Dates are calendar days in UTC. */
export function toReminderDocument({ lists, at, webUrl }: Reminder): ReminderDocument {
  const [first, ...others] = lists;
  const isOverdue = first.auditDate < at;
  return {
    heading: isOverdue ? "⏰ Access List review overdue" : "🔔 Access List review due",
    isOverdue,
    sentence: others.length === 0 ? toSingleSentence(first, at) : toBatchSentence(lists.length, first, at),
    lists: others.length === 0 ? [] : lists.map((list) => ({ title: toTitle(list), when: toWhen(list, at) })),
    ...(webUrl === undefined ? {} : { link: toLink(webUrl, others.length === 0 ? first : undefined) }),
  };
}

/** The sentence as text, with each title as `toTitle` makes it harmless. */
export function toSentenceText({ sentence }: ReminderDocument, toTitle: (title: string) => string): string {
  return sentence.map((part) => ("words" in part ? part.words : toTitle(part.title))).join("");
}

function toSingleSentence(list: DueAccessList, at: Date): readonly SentencePart[] {
  const words = list.auditDate < at ? `${toWhen(list, at)} for a review! Please review it.` : undefined;
  return [
    { words: "Access List " },
    { title: toTitle(list) },
    { words: ` is ${words ?? `due for a review by ${toDay(list.auditDate)}. Please review it soon!`}` },
  ];
}

function toBatchSentence(count: number, first: DueAccessList, at: Date): readonly SentencePart[] {
  const urge = first.auditDate < at ? "! Please review them." : ". Please review them soon!";
  return [{ words: `${count} Access Lists are due for reviews, the earliest of which is ${toWhen(first, at)}${urge}` }];
}

const dayMs = 24 * 60 * 60 * 1_000;

function toWhen({ auditDate }: DueAccessList, at: Date): string {
  if (auditDate >= at) return `due by ${toDay(auditDate)}`;
  const days = Math.floor((at.getTime() - auditDate.getTime()) / dayMs);
  return days === 0 ? "past due" : `${days} ${days === 1 ? "day" : "days"} past due`;
}

function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function toTitle({ title, name }: DueAccessList): string {
  return title.trim() === "" ? name : title;
}

function toLink(webUrl: string, list: DueAccessList | undefined): NonNullable<ReminderDocument["link"]> {
  const page = list === undefined ? "" : `/${encodeURIComponent(list.name)}#review`;
  return { label: "Open in Teleport", url: `${webUrl}/web/accesslists${page}` };
}
