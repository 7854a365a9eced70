/** How busy the recorded server was, and what its recording leaves out. */
const incidental = new Set([
  "msg_count",
  "msg_count_root",
  "last_post_at",
  "last_root_post_at",
  "last_viewed_at",
  "trigger_id",
]);

const id = /^[a-z0-9]{26}$/u;

/**
 * Where two JSON values differ in anything but the values of ids, times and translated texts: keys, types, list
 * lengths, error ids, flags, texts. Empty when they are alike.
 */
export function differences(actual: unknown, recorded: unknown, path = "body"): readonly string[] {
  if (Array.isArray(recorded)) return listDifferences(actual, recorded, path);
  if (isObject(recorded)) return objectDifferences(actual, recorded, path);
  return isAlike(actual, recorded, path) ? [] : [`${path}: ${JSON.stringify(actual)} for ${JSON.stringify(recorded)}`];
}

function listDifferences(actual: unknown, recorded: readonly unknown[], path: string): readonly string[] {
  if (!Array.isArray(actual) || actual.length !== recorded.length) return [`${path}: not ${recorded.length} items`];
  return recorded.flatMap((item, index) => differences(actual[index], item, `${path}[${index}]`));
}

function objectDifferences(
  actual: unknown,
  recorded: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] {
  if (!isObject(actual)) return [`${path}: no object`];
  const added = Object.keys(actual).filter((key) => !(key in recorded));
  return [
    ...added.map((key) => `${path}.${key}: not in the recording`),
    ...Object.entries(recorded).flatMap(([key, value]) =>
      // Error texts are translated; nobody may look at them.
      key === "message" && "status_code" in recorded ? [] : differences(actual[key], value, `${path}.${key}`),
    ),
  ];
}

function isAlike(actual: unknown, recorded: unknown, path: string): boolean {
  if (typeof actual !== typeof recorded) return false;
  const key = path.split(".").at(-1) ?? "";
  if (typeof recorded === "number" && recorded >= 1_000) return incidental.has(key) || Number(actual) >= 1_000;
  if (incidental.has(key)) return true;
  if (typeof recorded === "string" && id.test(recorded)) return id.test(String(actual));
  return actual === recorded;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Headers whose value is not to be compared, only their being there. */
const varying = new Set(["date", "etag", "x-request-id", "x-version-id"]);
/** Headers that must not be there when the recording lacks them. */
const telling = ["etag", "retry-after", "set-cookie", "x-ratelimit-limit", "x-request-id", "x-version-id"];

/** Where the headers of an answer differ from the recorded ones. */
export function headerDifferences(actual: Headers, recorded: Readonly<Record<string, string>>): readonly string[] {
  const missing = Object.entries(recorded)
    .filter(([name, value]) => (varying.has(name) ? !actual.has(name) : actual.get(name) !== value))
    .map(([name, value]) => `${name}: ${actual.get(name)} for ${value}`);
  const added = telling.filter((name) => actual.has(name) && recorded[name] === undefined);
  return [...missing, ...added.map((name) => `${name}: not in the recording`)];
}
