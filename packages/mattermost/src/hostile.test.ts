import { hostileMessages } from "@access-plugins/testing/hostile";
import { type Rendered, renderMessage, renderNotice, renderReply } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { judgePost } from "./testing/judge-post.ts";
import { outlinePost } from "./testing/outline-post.ts";

hostileMessages<Rendered>({
  renderMessage,
  renderNotice,
  renderReply,
  renderReminder,
  see({ message, attachments }) {
    const content = { message, props: { attachments } };
    return { judgement: judgePost(content), outline: outlinePost(content) };
  },
  harmlessHere: [],
});
