import { isIP } from "node:net";

/**
 * Whether a text is one bare e-mail address, by the rule the official plugins apply to suggested reviewers: what Go's
 * `mail.ParseAddress` accepts and gives back unchanged. That is RFC 5322 `addr-spec` without display name, comments,
 * blanks around, or a quoted local part (Go gives it back without its quotes). `a@localhost`, non-ASCII characters and an
 * IP address in brackets are fine. Stricter than Go only in what no address has: invisible characters and blanks of any
 * script, and more than 320 characters.
 */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at <= 0 || at === text.length - 1 || text.length > 320) return false;
  return isDotAtom(text.slice(0, at)) && isDomain(text.slice(at + 1));
}

const dotAtom = /^[^\s.()<>[\]:;@\\,"]+(\.[^\s.()<>[\]:;@\\,"]+)*$/u;
const unwanted = /[\p{Z}\p{C}]/u;

function isDotAtom(text: string): boolean {
  return dotAtom.test(text) && !unwanted.test(text);
}

function isDomain(text: string): boolean {
  const literal = /^\[([^%]*)\]$/u.exec(text)?.[1];
  return literal === undefined ? isDotAtom(text) : isIP(literal) !== 0;
}
