import { join } from "node:path";
import { goldenMessages } from "@access-plugins/testing/golden";
import type { AdaptiveCard } from "./card-elements.ts";
import { type Activity, renderMessage, renderNotice } from "./render.ts";
import { renderReminder } from "./render-reminder.ts";
import { renderForReader } from "./testing/render-for-reader.ts";

goldenMessages<Activity>({
  folder: join(import.meta.dirname, "fixtures/golden"),
  guide: join(import.meta.dirname, "../../../apps/teleport-msteams/README.md"),
  renderMessage,
  renderNotice,
  renderReminder,
  toPush: ({ summary }) => summary,
  toReader: renderForReader,
  toPayload: ({ attachments, ...rest }) => [
    JSON.stringify(rest),
    ...attachments.flatMap(({ content }) => toLines(content)),
  ],
});

function toLines({ body, actions = [], ...rest }: AdaptiveCard): readonly string[] {
  return [rest, ...body, ...actions].map((part) => JSON.stringify(part));
}
