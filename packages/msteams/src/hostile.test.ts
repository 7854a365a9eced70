import { hostileMessages } from "@access-plugins/testing/hostile";
import { type Activity, renderMessage, renderNotice } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { judgeActivity } from "./testing/judge-activity.ts";
import { outlineActivity } from "./testing/outline-activity.ts";

hostileMessages<Activity>({
  renderMessage,
  renderNotice,
  renderReminder,
  see: (activity) => ({ judgement: judgeActivity(activity), outline: outlineActivity(activity) }),
  // Nothing reads markup in text runs and in plain text.
  harmlessHere: ["blocks of Markdown", "emoji", "entities", "formatting", "html", "other languages", "templates"],
});
