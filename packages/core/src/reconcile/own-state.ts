import { type ErrorCode, errorCodes } from "../base/plugin-error.ts";
import type { MessageStatus } from "../domain/request-message.ts";
import type { Recipient, SentMessage } from "../messenger.ts";
import type { RoutingTier } from "../routing/recipient-router.ts";
import {
  countOmitted,
  type Delivery,
  type DeliveryState,
  type OwnState,
  type RequesterNotice,
  type Shown,
} from "./delivery.ts";

/**
 * Our own key of the record: compact JSON with one-letter names, because Teleport gives all plugins of a request one
 * megabyte together. `v` is the version: a state of another version is left alone.
 */
const version = 1;

const states = letters<DeliveryState>({ w: "waiting", s: "sent", b: "blocked", g: "gone", k: "skipped", o: "orphan" });
const statuses = letters<MessageStatus>({
  p: "pending",
  a: "approved",
  d: "denied",
  m: "promoted",
  e: "expired",
  r: "removed",
  c: "closed",
});
const noticeStates = letters<RequesterNotice["state"]>({ w: "waiting", t: "told", u: "unreachable" });
const tiers = letters<RoutingTier>({ r: "rules", s: "static", a: "adopted" });

export function encodeOwnState(state: OwnState): string {
  const omitted = countOmitted(state);
  return JSON.stringify({
    v: version,
    n: state.nonce,
    t: tiers.of(state.tier),
    ...(state.status === undefined ? {} : { f: statuses.of(state.status) }),
    ...(state.cut === 0 ? {} : { c: state.cut }),
    ...(omitted === 0 ? {} : { o: omitted }),
    ...(state.notice === undefined ? {} : { q: encodeNotice(state.notice) }),
    ...(state.sign === undefined ? {} : { x: statuses.of(state.sign) }),
    d: state.deliveries.filter((delivery) => delivery.state !== "omitted").map(encodeDelivery),
  });
}

function encodeDelivery(delivery: Delivery): Record<string, unknown> {
  return {
    ...(delivery.raw === "" ? {} : { r: delivery.raw }),
    s: states.of(delivery.state),
    ...(delivery.code === undefined ? {} : { e: delivery.code }),
    ...(delivery.to === undefined ? {} : { i: delivery.to.id, k: delivery.to.kind === "person" ? "p" : "c" }),
    ...(delivery.address === undefined ? {} : { a: delivery.address }),
    ...(delivery.shows === undefined ? {} : { h: encodeShown(delivery.shows) }),
    ...(delivery.replies === 0 ? {} : { n: delivery.replies }),
    ...(delivery.unsure ? { u: delivery.cutOff ? 2 : 1 } : {}),
    ...(delivery.locked ? { l: 1 } : {}),
    ...(delivery.plain ? { p: 1 } : {}),
    ...(delivery.sign === undefined ? {} : { x: statuses.of(delivery.sign) }),
  };
}

function encodeNotice(notice: RequesterNotice): Record<string, unknown> {
  return {
    f: statuses.of(notice.status),
    s: noticeStates.of(notice.state),
    ...(notice.code === undefined ? {} : { e: notice.code }),
    ...(notice.unsure ? { u: 1 } : {}),
    ...(notice.plain ? { p: 1 } : {}),
  };
}

function encodeShown(shown: Shown): string {
  const letter = statuses.of(shown.status);
  return shown.digest === undefined ? `${letter}#${shown.reviews ?? 0}` : `${letter}~${shown.digest}`;
}

/** Undefined for anything that this version did not write: the caller then leaves the request alone. */
export function decodeOwnState(text: string): OwnState | undefined {
  const state = parse(text);
  if (state?.["v"] !== version) return undefined;
  const { n: nonce, t, f, c, o, d, q, x } = state;
  const tier = tiers.read(t);
  if (typeof nonce !== "string" || tier === undefined || !Array.isArray(d)) return undefined;
  const deliveries = d.map(decodeDelivery);
  if (deliveries.includes(undefined)) return undefined;
  return {
    nonce,
    tier,
    ...optional("status", toStatus(f)),
    cut: toCount(c),
    omitted: toCount(o),
    deliveries: deliveries.filter((delivery) => delivery !== undefined),
    ...optional("notice", decodeNotice(q)),
    ...optional("sign", toStatus(x)),
  };
}

function decodeNotice(value: unknown): RequesterNotice | undefined {
  if (!isObject(value)) return undefined;
  const status = toStatus(value["f"]);
  const state = noticeStates.read(value["s"]);
  if (status === undefined || state === undefined) return undefined;
  return {
    status,
    state,
    ...optional("code", toErrorCode(value["e"])),
    ...(value["u"] === 1 ? { unsure: true } : {}),
    ...(value["p"] === 1 ? { plain: true } : {}),
  };
}

function decodeDelivery(value: unknown): Delivery | undefined {
  if (!isObject(value)) return undefined;
  const state = states.read(value["s"]);
  if (state === undefined) return undefined;
  return {
    raw: toText(value["r"]),
    state,
    ...optional("code", toErrorCode(value["e"])),
    ...optional("to", toRecipient(value)),
    ...optional("address", toAddress(value["a"])),
    ...optional("shows", decodeShown(value["h"])),
    replies: toCount(value["n"]),
    ...(value["u"] === 1 ? { unsure: true } : {}),
    ...(value["u"] === 2 ? { unsure: true, cutOff: true } : {}),
    ...(value["l"] === 1 ? { locked: true } : {}),
    ...(value["p"] === 1 ? { plain: true } : {}),
    ...optional("sign", toStatus(value["x"])),
  };
}

function decodeShown(value: unknown): Shown | undefined {
  const [, letter, kind, rest] = /^([a-z])([~#])(.*)$/u.exec(toText(value)) ?? [];
  const status = toStatus(letter);
  if (status === undefined || rest === undefined) return undefined;
  return kind === "~" ? { status, digest: rest } : { status, reviews: toCount(Number(rest)) };
}

function toStatus(letter: unknown): MessageStatus | undefined {
  return statuses.read(letter);
}

function toRecipient(value: Record<string, unknown>): Recipient | undefined {
  const id = toText(value["i"]);
  return id === "" ? undefined : { id, kind: value["k"] === "p" ? "person" : "channel" };
}

function toAddress(value: unknown): SentMessage | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === "string")
    ? Object.fromEntries(entries)
    : undefined;
}

function toErrorCode(value: unknown): ErrorCode | undefined {
  return errorCodes.find((code) => code === value);
}

function toCount(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Words and the letters that stand for them. */
interface Letters<W extends string> {
  /** Throws for a word without a letter. */
  of(word: string): string;
  /** Undefined for what is no letter of these. */
  read(letter: unknown): W | undefined;
}

function letters<W extends string>(words: Readonly<Record<string, W>>): Letters<W> {
  const wordOf = new Map<unknown, W>(Object.entries(words));
  const letterOf = new Map<string, string>(Object.entries(words).map(([letter, word]) => [word, letter]));
  return {
    of(word) {
      const letter = letterOf.get(word);
      if (letter === undefined) throw new Error(`no letter for ${word}`);
      return letter;
    },
    read: (letter) => wordOf.get(letter),
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
