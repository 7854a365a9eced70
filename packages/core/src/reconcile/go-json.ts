type GoObject = Readonly<Record<string, string | readonly string[]>>;

/**
 * JSON as Go's `encoding/json` writes it: keys sorted, `<`, `>`, `&`, U+2028 and U+2029 escaped. The official plugins
 * store some values this way, and what we store in their keys has to be the same to the byte.
 */
export function toGoJson(value: readonly string[] | GoObject): string {
  return (isList(value) ? JSON.stringify(value) : toObject(value)).replace(
    /[<>&\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function isList(value: readonly string[] | GoObject): value is readonly string[] {
  return Array.isArray(value);
}

/**
 * Go compares keys by their UTF-8 bytes. Written by hand because an object of ours would put keys that look like numbers
 * first, whatever order they were added in.
 */
function toObject(record: GoObject): string {
  const members = Object.entries(record)
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, values]) => `${JSON.stringify(key)}:${JSON.stringify(values)}`);
  return `{${members.join(",")}}`;
}
