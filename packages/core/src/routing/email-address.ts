/**
 * Whether a text is one bare e-mail address, by the rule the official plugins apply to suggested reviewers: RFC 5322
 * `addr-spec`, no display name, no blanks around. `a@localhost` and non-ASCII local parts are addresses.
 */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at <= 0 || at === text.length - 1 || text.length > 320) return false;
  return isLocalPart(text.slice(0, at)) && isDomain(text.slice(at + 1));
}

// Non-ASCII is allowed as RFC 6532 does; blanks, controls and lone surrogates are not.
const atext = String.raw`[A-Za-z0-9!#$%&'*+/=?^_\x60{|}~\u{A1}-\u{D7FF}\u{E000}-\u{10FFFF}-]`;
const dotAtom = new RegExp(String.raw`^${atext}+(\.${atext}+)*$`, "u");
const quotedString = /^"(?:[^"\\\p{Cc}]|\\[ -~])*"$/u;
const separators = /[\p{Z}\p{C}]/u;

function isLocalPart(local: string): boolean {
  return (dotAtom.test(local) && !separators.test(local)) || quotedString.test(local);
}

function isDomain(domain: string): boolean {
  return (dotAtom.test(domain) && !separators.test(domain)) || /^\[[!-Z^-~]*\]$/u.test(domain);
}
