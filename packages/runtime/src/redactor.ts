import { escapeControls } from "./control-characters.ts";

/** Keeps secrets out of everything that is printed. */
export interface Redactor {
  /** From now on `secret` and its escaped forms are replaced wherever they appear. Old ones stay registered. */
  add(secret: string): void;
  /** The text without any secret. */
  redact(text: string): string;
}

const mark = "[redacted]";

/** Shorter values would make a log unreadable and are no secrets anybody could rely on. */
const shortestSecret = 6;

/** Secrets that nobody registered, by their shape: private keys, what follows `Bearer`, passwords in URLs. */
const shapes: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[redacted private key]"],
  [/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${mark}@`],
  [/\b(Bearer|Basic) +[\w.~+/=-]{6,}/gi, `$1 ${mark}`],
];

/** What every shape has: most texts have none of it, and are let go with one look. */
const shapeMarks = /-----BEGIN |:\/\/|(?:Bearer|Basic) /i;

export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  return {
    add(secret) {
      if (secret.length < shortestSecret) return;
      for (const form of escapedForms(secret)) forms.add(form);
      // The longest first: one secret may begin with another.
      const ordered = [...forms].sort((a, b) => b.length - a.length);
      pattern = new RegExp(ordered.map(toPattern).join("|"), "g");
    },
    redact(text) {
      const withoutSecrets = pattern === undefined ? text : text.replace(pattern, mark);
      if (!shapeMarks.test(withoutSecrets)) return withoutSecrets;
      return shapes.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), withoutSecrets);
    },
  };
}

/** How a secret may look after passing through a URL, JSON (also twice, as text inside a field), a log or base64. */
function escapedForms(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const twice = JSON.stringify(json).slice(1, -1);
  const url = encodeURIComponent(secret.toWellFormed());
  return [secret, json, twice, escapeControls(secret), url, Buffer.from(secret).toString("base64")];
}

function toPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
