import { join } from "node:path";
import { goldenMessages } from "@access-plugins/testing/golden";
import type { Attachment } from "./attachment.ts";
import { type Rendered, renderMessage, renderNotice, renderReply } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { renderContent } from "./testing/render-for-reader.ts";

goldenMessages<Rendered>({
  folder: join(import.meta.dirname, "fixtures/golden"),
  guide: join(import.meta.dirname, "../../../apps/teleport-mattermost/README.md"),
  renderMessage,
  renderNotice,
  renderReminder,
  renderReply,
  toPush: ({ message, attachments }) => attachments[0]?.fallback ?? message.split("\n")[0] ?? "",
  toReader: ({ message, attachments }) => renderContent({ message, props: { attachments } }),
  toPayload: ({ message, attachments }) => [`message: ${message}`, ...attachments.flatMap(toLines)],
});

function toLines({ fields, ...rest }: Attachment): readonly string[] {
  return [JSON.stringify(rest), ...fields.map((field) => JSON.stringify(field))];
}
