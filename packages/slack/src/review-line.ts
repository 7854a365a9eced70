import { type Outcome, type ReviewView, reviewWords, statusWords } from "@access-plugins/core";
import { code, line, type Surface, time } from "./mrkdwn.ts";

const authorRoom = 120;

/** `✅ alice approved, <time>`: one review on one line, without its reason. */
export function reviewLine(review: ReviewView, surface: Surface): string {
  const author = surface === "blocks" ? code(review.author, authorRoom) : line(review.author, authorRoom, surface);
  const at = review.created === undefined || Number.isNaN(review.created.getTime()) ? "" : `, ${time(review.created)}`;
  const { icon, verb } = reviewWords(review.state);
  return `${icon} ${author || "(unknown)"} ${verb}${at}`;
}

/** `✅ Request approved`: how it ended, on one line. */
export function outcomeLine(outcome: Outcome): string {
  const { icon, phrase } = statusWords[outcome.status];
  return `${icon} Request ${phrase}`;
}
