/** Keys of `[msapi]` and of the recipients that are filled in. */
export type FilledIn = Readonly<Record<string, string>>;

/**
 * Gives keys that stand commented out in the example their values, and the example a recipient, so that the file loads.
 * Throws when the example does not know a key.
 */
export function fillIn(example: string, values: FilledIn): string {
  const filled = Object.entries(values).reduce(
    (text, [key, value]) => uncomment(text, key, toTomlString(value)),
    example,
  );
  return uncomment(filled, '"\\*"', '["foo@example.com"]');
}

function uncomment(text: string, key: string, value: string): string {
  const line = new RegExp(`^# (${key}) = .*$`, "mu");
  if (!line.test(text)) throw new Error(`the example has no line for ${key}`);
  return text.replace(line, (_, name: string) => `${name} = ${value}`);
}

/** A TOML basic string: JSON's escapes are TOML's, but for DEL. */
function toTomlString(text: string): string {
  return JSON.stringify(text).replaceAll("\u007F", "\\u007F");
}
