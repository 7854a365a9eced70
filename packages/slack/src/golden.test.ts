import { join } from "node:path";
import { goldenMessages } from "@access-plugins/testing/golden";
import { type Rendered, renderMessage, renderNotice, renderReply } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { blocksSchema } from "./testing/block-kit-limits.ts";
import { renderContent } from "./testing/render-for-reader.ts";

goldenMessages<Rendered>({
  folder: join(import.meta.dirname, "fixtures/golden"),
  guide: join(import.meta.dirname, "../../../apps/teleport-slack/README.md"),
  renderMessage,
  renderNotice,
  renderReminder,
  renderReply,
  toPush: ({ text }) => text.split("\n")[0] ?? "",
  toReader: ({ text, blocks }) => renderContent({ text, blocks: blocksSchema.parse(blocks) }),
  toPayload: ({ text, blocks }) => [...blocks.map((block) => JSON.stringify(block)), `text: ${text}`],
});
