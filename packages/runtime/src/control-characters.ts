/**
 * Everything that moves the cursor, hides or reorders text on a terminal: C0 and C1 controls, DEL, line and paragraph
 * separators, bidirectional controls, zero-width characters and the byte-order mark.
 */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

const shortForms: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text with every control character shown as an escape, so that it stays one line and says what it seems to. */
export function escapeControls(text: string): string {
  return text.replace(controls, (character) => shortForms[character] ?? toUnicodeEscape(character));
}

/**
 * The same for text of several lines, which stay lines. It fits JSON too, where `\uXXXX` is the only form and
 * `JSON.stringify` has escaped C0 already.
 */
export function escapeControlsInLines(text: string): string {
  return text.replace(controls, (character) => (character === "\n" ? character : toUnicodeEscape(character)));
}

function toUnicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
