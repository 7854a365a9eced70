import type {
  Explanation,
  FreshDecision,
  FreshRecipient,
  FrozenDecision,
  FrozenRecipient,
  LookUp,
  RecipientSource,
} from "@access-plugins/core";
import { escapeControls } from "../control-characters.ts";

/** An explanation for a person at a terminal. Whatever its texts hold, each stays on its line and says what it is. */
export function renderExplanation(explanation: Explanation): string {
  const { request, plugin, notes, decided, now } = explanation;
  const sections = [
    renderRequest(request),
    notes.flatMap(({ message, fix }) => [`note: ${message}`, ...(fix === undefined ? [] : [`    fix: ${fix}`])]),
    ...(decided === undefined ? [] : [renderDecided(decided)]),
    ...(now === undefined ? [] : renderNow(now, plugin)),
    [renderAnswer(explanation)],
  ];
  const filled = sections.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.map(escapeControls).join("\n")).join("\n\n")}\n`;
}

function renderRequest(request: Explanation["request"]): string[] {
  const { id, user, state, created, roles, resources, suggestedReviewers } = request;
  const facts = [
    ["roles", roles.join(", ")],
    ["resources", resources.join(", ")],
    ["suggested reviewers", suggestedReviewers.join(", ")],
    ["created", created?.toISOString() ?? ""],
  ].filter(([, text]) => text !== "");
  return [
    `Access Request ${id} of ${user || "(unknown)"}: ${state.toUpperCase()}`,
    ...facts.map(([name, text]) => `  ${name}: ${text}`),
  ];
}

const tierNames = {
  rules: "the Access Monitoring Rules",
  static: "the roles and the suggested reviewers",
  adopted: "the official plugin",
} as const;

function renderDecided({ tier, recipients, cut, omitted, status }: FrozenDecision): string[] {
  return [
    `Decided when the request was first seen, by ${tierNames[tier]}. This holds, whatever changed since:`,
    ...recipients.flatMap(renderFrozen),
    ...renderCounts(cut, omitted),
    ...(status === undefined ? [] : [`  The messages show the final state: ${status.toUpperCase()}`]),
  ];
}

const stateNames: Readonly<Record<FrozenRecipient["state"], string>> = {
  sent: "told",
  waiting: "waiting to be told",
  blocked: "blocked",
  gone: "given up",
  skipped: "not needed: the same place as another one, or closed before",
  orphan: "closed while the outcome of a post was unknown",
};

function renderFrozen({ raw, state, code, to, message, lookUp }: FrozenRecipient): string[] {
  // An address is for machines; where nothing else is stored it has to do.
  const name = raw || `message ${message ?? ""}, posted by the official plugin`;
  const why = code === undefined ? "" : ` (${code})`;
  const place = to === undefined ? "" : `, ${to.kind} ${to.id}`;
  return [`  ${name}: ${stateNames[state]}${why}${place}`, ...renderLookUp(lookUp, "asked now: ")];
}

/** The steps in the order of their precedence, then what they lead to. */
function renderNow(now: FreshDecision, plugin: string): string[][] {
  const { rules, roles, reviewers, recipients } = now;
  return [
    [
      `Access Monitoring Rules for "${plugin}"${rules.length === 0 ? ": none" : ", those that match come before roles and reviewers:"}`,
      ...rules.map(renderRule),
    ],
    ["Roles:", ...(roles.length === 0 ? ["  none"] : roles.map(renderRole))],
    reviewers.length === 0 ? [] : ["Suggested reviewers:", ...reviewers.map(renderReviewer)],
    [
      `Would be decided now, by ${tierNames[now.tier]}${now.fellThrough ? ", because the platform knows nobody of the rules" : ""}:`,
      ...(recipients.length === 0 ? ["  nobody"] : recipients.flatMap(renderFresh)),
    ],
  ];
}

function renderRule({ rule, recipients, verdict }: FreshDecision["rules"][number]): string {
  const to = recipients.length === 0 ? "nobody" : recipients.join(", ");
  switch (verdict.outcome) {
    case "matched":
      return `  matched        ${rule} -> ${to}`;
    case "unmatched":
      return `  did not match  ${rule}: ${verdict.because === "schedule" ? "created outside of its schedules" : "its condition is false"}`;
    case "failed":
      return `  ${faultNames[verdict.because].padEnd(13)}  ${rule}: ${verdict.reason}`;
  }
}

const faultNames = { broken: "is broken", data: "lacks data", evaluation: "failed" } as const;

function renderRole({ role, entry, recipients }: FreshDecision["roles"][number]): string {
  if (entry === undefined) return `  ${role}: has no entry in role_to_recipients, and there is no "*"`;
  const to = recipients.length === 0 ? "nobody" : recipients.join(", ");
  return `  ${role}: ${entry === role ? "its own entry" : `"${entry}"`} -> ${to}`;
}

const reviewerOutcomes = {
  told: "an e-mail address",
  "by-role": "beyond [routing] max_suggested_reviewers, but a role brings the same recipient",
  cut: "left out: beyond [routing] max_suggested_reviewers",
  invalid: "left out: no e-mail address",
} as const;

function renderReviewer({ reviewer, outcome }: FreshDecision["reviewers"][number]): string {
  return `  ${reviewer}: ${reviewerOutcomes[outcome]}`;
}

const outcomeNames: Readonly<Record<FreshRecipient["outcome"], string>> = {
  told: "would be told",
  duplicate: "the same place as one before",
  retry: "no answer, would be asked again",
  blocked: "blocked until an operator mends it",
  refused: "not told: the platform refuses the plugin",
  gone: "given up",
  omitted: "left out: one request has no space for so many",
};

function renderFresh({ raw, from, outcome, lookUp }: FreshRecipient): string[] {
  const place = lookUp !== undefined && "found" in lookUp ? `, ${lookUp.found.kind} ${lookUp.found.id}` : "";
  const why = from.map(renderSource).join(", ");
  return [
    `  ${raw}: ${outcomeNames[outcome]}${place}${why === "" ? "" : ` (${why})`}`,
    ...(lookUp !== undefined && "error" in lookUp ? renderLookUp(lookUp, "") : []),
  ];
}

function renderSource(source: RecipientSource): string {
  if ("rule" in source) return `rule ${source.rule}`;
  if ("role" in source)
    return source.entry === source.role ? `role ${source.role}` : `role ${source.role} by "${source.entry}"`;
  return "suggested reviewer";
}

function renderLookUp(lookUp: LookUp | undefined, lead: string): string[] {
  if (lookUp === undefined) return [];
  if ("found" in lookUp) return [`      ${lead}${lookUp.found.kind} ${lookUp.found.id}`];
  const { code, message, fix } = lookUp.error;
  return [`      ${lead}${code}: ${message}`, ...(fix === undefined ? [] : [`      fix: ${fix}`])];
}

function renderCounts(cut: number, omitted: number): string[] {
  return [
    ...(cut === 0 ? [] : [`  not told: suggested reviewers beyond [routing] max_suggested_reviewers: ${cut}`]),
    ...(omitted === 0 ? [] : [`  not told: recipients for which one request has no space: ${omitted}`]),
  ];
}

function renderAnswer({ told, request, decided }: Explanation): string {
  const who = told ? "Somebody" : "Nobody";
  if (decided !== undefined) return `${who} is told.`;
  return request.state === "pending"
    ? `${who} would be told.`
    : "Nobody is told: the request was closed before it was routed.";
}
