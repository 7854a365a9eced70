import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Notice, Reminder, Reply, RequestMessage } from "@access-plugins/core";
import { describe, expect, it } from "vitest";
import { goldenAnswers } from "./golden-answers.ts";
import type { GoldenCase } from "./golden-case.ts";
import { goldenReminders } from "./golden-reminders.ts";
import { goldenRequests } from "./golden-requests.ts";

/** How an adapter renders, and where its golden files are. */
export interface GoldenSuite<R> {
  readonly folder: string;
  /** The operator's guide, which shows one of them. */
  readonly guide: string;
  renderMessage(message: RequestMessage): R;
  renderNotice(notice: Notice): R;
  renderReminder(reminder: Reminder): R;
  /** Absent where the platform has no replies. */
  renderReply?(reply: Reply): R;
  /** What a notification shows before the message is opened. */
  toPush(rendered: R): string;
  /** What a reader sees. */
  toReader(rendered: R): string;
  /** What is sent, with each part on a line of its own, so that a change is a short diff. */
  toPayload(rendered: R): readonly string[];
}

/**
 * Compares how requests of every status, kind and extreme look with the committed files. `pnpm golden` writes them anew;
 * the diff is the change of the look.
 */
export function goldenMessages<R>(suite: GoldenSuite<R>): void {
  const rendered = [...goldenRequests, ...goldenAnswers, ...goldenReminders].flatMap((one) => {
    const result = render(suite, one);
    return result === undefined ? [] : [{ name: one.name, result }];
  });

  describe("golden messages", () => {
    it.each(rendered)("$name looks as it was looked at", async ({ name, result }) => {
      await expect(toFile(suite, result)).toMatchFileSnapshot(join(suite.folder, `${name}.txt`));
    });

    it("are what the operator's guide shows", async () => {
      const shown = rendered.find(({ name }) => name === "one-of-two-approvals");
      if (shown === undefined) throw new Error("No such golden message.");
      expect(await readFile(suite.guide, "utf8")).toContain(`\`\`\`text\n${suite.toReader(shown.result)}\n\`\`\``);
    });

    it("have no file that nothing is compared with", async () => {
      const files = await readdir(suite.folder);
      const compared = new Set(rendered.map(({ name }) => `${name}.txt`));
      expect(files.filter((file) => !compared.has(file))).toEqual([]);
    });
  });
}

function render<R>(suite: GoldenSuite<R>, one: GoldenCase): R | undefined {
  if ("message" in one) return suite.renderMessage(one.message);
  if ("reminder" in one) return suite.renderReminder(one.reminder);
  if ("notice" in one) return suite.renderNotice(one.notice);
  return suite.renderReply?.(one.reply);
}

function toFile<R>({ toPush, toReader, toPayload }: GoldenSuite<R>, rendered: R): string {
  const parts = [
    ["notification", toPush(rendered)],
    ["reader", toReader(rendered)],
    ["payload", toPayload(rendered).join("\n")],
  ] as const;
  return `${parts.map(([title, text]) => `=== ${title}\n${toVisible(text)}\n`).join("\n")}`;
}

/** Characters that an editor or a diff would not show, as their code. */
function toVisible(text: string): string {
  return text.replace(
    /[[\p{Cc}\p{Cf}\p{Zs}]--[\n\u0020\u200D]]/gv,
    (found) => `\\u{${found.codePointAt(0)?.toString(16)}}`,
  );
}
