import type { Notice, Reminder, Reply, RequestMessage } from "@access-plugins/core";
import { describe, expect, it } from "vitest";
import { messageOfText, noticeOfText, replyOfText } from "../messenger-contract/sample-messages.ts";
import { fieldMark, findProblems, type Seen } from "./find-problems.ts";
import { hostileClasses } from "./hostile-classes.ts";
import { hostileCorpus } from "./hostile-texts.ts";

/** How an adapter renders, and how its platform's clients read it. */
export interface HostileSuite<R> {
  renderMessage(message: RequestMessage): R;
  renderNotice(notice: Notice): R;
  renderReminder(reminder: Reminder): R;
  /** Absent where the platform has no replies. */
  renderReply?(reply: Reply): R;
  /** By parsers that share no code with the renderer. */
  see(rendered: R): Seen;
  /** What nobody has to neutralise here: classes in which a renderer that lets everything through does no harm. */
  readonly harmlessHere: readonly string[];
}

type Text = (field: string) => string;
type Fill<R> = (text: Text) => R;

const forms = ["rich", "plain"] as const;
const harmless: Text = (field) => fieldMark(field);
// Hundreds of messages; on a busy machine they take their time.
const timeout = 240_000;

/**
 * Every text of the corpus in every field that people fill, in messages, notices and replies: no active mention, no link
 * but ours, nothing broken, and no text of another field moved.
 */
export function hostileMessages<R>(suite: HostileSuite<R>): void {
  const messages = messagesOf(suite);

  describe.each([...messages, ...answersOf(suite)])("hostile text in $kind", { timeout }, ({ fill }) => {
    it("stays text where it belongs, in every field at once", () => {
      const clean = suite.see(fill(harmless));
      expect(hostileCorpus.length).toBeGreaterThanOrEqual(500);
      const problems = hostileCorpus.flatMap(({ tries, text }) => {
        const seen = suite.see(fill((field) => `${fieldMark(field)} ${text} end`));
        return findProblems(seen, clean).map((problem) => `${tries} ${quoted(text)}: ${problem}`);
      });
      expect(problems).toEqual([]);
    });
  });

  describe.each(messages)("hostile text in one field of $kind", { timeout }, ({ fields, fill }) => {
    it("leaves all others as they are, whichever field it is", () => {
      const clean = suite.see(fill(harmless));
      const problems = hostileCorpus.flatMap(({ tries, text }, index) => {
        const only = fields[index % fields.length] ?? "";
        const seen = suite.see(fill((field) => (field === only ? `${fieldMark(field)} ${text}` : fieldMark(field))));
        return findProblems(seen, clean, only).map((problem) => `${tries} ${quoted(text)} in ${only}: ${problem}`);
      });
      expect(problems).toEqual([]);
    });
  });

  it("is noticed when a renderer lets it through as it is", { timeout }, () => {
    const noticed = new Set<string>();
    for (const { fill } of messages) {
      const clean = fill(harmless);
      const seen = suite.see(clean);
      for (const { tries, text } of hostileCorpus) {
        if (!noticed.has(tries) && findProblems(suite.see(letThrough(clean, text)), seen).length > 0)
          noticed.add(tries);
      }
    }
    const missed = Object.keys(hostileClasses).filter((tries) => !noticed.has(tries));
    expect(missed.toSorted()).toEqual(suite.harmlessHere.toSorted());
  });
}

interface Kind<R> {
  readonly kind: string;
  readonly fields: readonly string[];
  readonly fill: Fill<R>;
}

function messagesOf<R>({ renderMessage }: HostileSuite<R>): readonly Kind<R>[] {
  return forms.map((form) => toKind(`a message, ${form}`, (text) => renderMessage({ ...messageOfText(text), form })));
}

/** What is said after a decision, between decisions, and without any. */
function answersOf<R>({ renderNotice, renderReminder, renderReply }: HostileSuite<R>): readonly Kind<R>[] {
  return [
    ...forms.map((form) => toKind(`a notice, ${form}`, (text) => renderNotice({ ...noticeOfText(text), form }))),
    ...forms.map((form) => toKind(`a reminder, ${form}`, (text) => renderReminder({ ...reminderOfText(text), form }))),
    ...(renderReply === undefined ? [] : [toKind("a reply", (text) => renderReply(replyOfText(text)))]),
  ];
}

function toKind<R>(kind: string, fill: Fill<R>): Kind<R> {
  return { kind, fill, fields: fieldsOf(fill) };
}

function reminderOfText(text: Text): Reminder {
  const list = (name: string) => ({ name, title: text("title"), auditDate: new Date("2026-01-20T00:00:00Z") });
  return { form: "rich", lists: [list("list-1"), list("list-2")], at: new Date("2026-01-13T00:00:00Z") };
}

/** The fields that `fill` asks for. */
function fieldsOf<R>(fill: Fill<R>): readonly string[] {
  const asked = new Set<string>();
  fill((field) => {
    asked.add(field);
    return fieldMark(field);
  });
  return [...asked];
}

/** What a renderer would send that does not neutralise: the text as it is behind each field's mark, within size limits. */
function letThrough<R>(clean: R, text: string): R {
  const escaped = JSON.stringify(text.slice(0, 200)).slice(1, -1);
  return JSON.parse(JSON.stringify(clean).replaceAll(/(?<=\b(?:reason|user|role)7)/gu, () => ` ${escaped}`));
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
