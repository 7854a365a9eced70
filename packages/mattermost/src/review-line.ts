import { type Outcome, type ReviewView, reviewWords, statusWords, toUtcText } from "@access-plugins/core";
import { code, type Surface } from "./markdown.ts";

const authorRoom = 120;

/** `✅ alice approved, <time>`: one review on one line, without its reason. */
export function reviewLine(review: ReviewView, surface: Surface): string {
  const { icon, verb } = reviewWords(review.state);
  return `${icon} ${reviewDetail(review, verb, surface)}`;
}

/** The same without the icon, for below a heading that has it. */
export function reviewDetail(review: ReviewView, verb: string, surface: Surface): string {
  const { author, created } = review;
  const at = created === undefined || Number.isNaN(created.getTime()) ? "" : `, ${toUtcText(created)}`;
  return `${author.trim() === "" ? "(unknown)" : code(author, authorRoom, surface)} ${verb}${at}`;
}

/** `✅ Request approved`: how it ended, on one line. */
export function outcomeLine(outcome: Outcome): string {
  const { icon, phrase } = statusWords[outcome.status];
  return `${icon} Request ${phrase}`;
}
