import { hostileMessages } from "@access-plugins/testing/hostile";
import { type Rendered, renderMessage, renderNotice, renderReply } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { blocksSchema } from "./testing/block-kit-limits.ts";
import { judgeMessage } from "./testing/judge-message.ts";
import { outlineMessage } from "./testing/outline-message.ts";

hostileMessages<Rendered>({
  renderMessage,
  renderNotice,
  renderReply,
  renderReminder,
  see({ text, blocks }) {
    const content = { text, blocks: blocksSchema.parse(blocks) };
    return { judgement: judgeMessage(content), outline: outlineMessage(content) };
  },
  harmlessHere: [],
});
