import type { Outcome, ReviewView } from "@access-plugins/core";
import { statusWords } from "./document.ts";
import { code, line, type Surface, time } from "./mrkdwn.ts";

const verdicts: Readonly<Record<ReviewView["state"], string>> = {
  pending: "commented",
  approved: "approved",
  denied: "denied",
  promoted: "promoted it to an access list",
};

const authorRoom = 120;

/** `✅ alice approved, <time>`: one review on one line, without its reason. */
export function reviewLine(review: ReviewView, surface: Surface): string {
  const author = surface === "blocks" ? code(review.author, authorRoom) : line(review.author, authorRoom, surface);
  const at = review.created === undefined || Number.isNaN(review.created.getTime()) ? "" : `, ${time(review.created)}`;
  const icon = review.state === "pending" ? "💬" : statusWords[review.state].icon;
  return `${icon} ${author || "(unknown)"} ${verdicts[review.state]}${at}`;
}

/** `✅ Request approved`: how it ended, on one line. */
export function outcomeLine(outcome: Outcome): string {
  const { icon, phrase } = statusWords[outcome.status];
  return `${icon} Request ${phrase}`;
}
