/** What the command-line parser says, in the words operators know from the official plugins. */
const translations: readonly (readonly [pattern: RegExp, words: string])[] = [
  // Without its value, which may be a secret.
  [/^unknown option '--([^'=]+)=[\s\S]*'/, "unknown long flag '--$1', or one that takes no value"],
  [/^unknown option '(--[^']+)'/, "unknown long flag '$1'"],
  [/^unknown option '(-[^']+)'/, "unknown short flag '$1'"],
  [/^unknown command '([^']*)'/, 'expected command but got "$1"'],
  [/^option '(?:-\w, )?(--[\w-]+)[^']*' argument missing/, "expected argument for flag '$1'"],
  [/^required option '(?:-\w, )?(--[\w-]+)[^']*' not specified/, "required flag(s) '$1' not provided"],
  [/^missing required argument '([^']+)'/, "required argument '$1' not provided"],
  [/^too many arguments for '([^']+)'.*/, "unexpected argument after '$1'"],
];

/** Translates one message such as `error: unknown option '--x'`; its suggestion, if any, is kept. */
export function translateParseError(message: string): string {
  const [problem = "", ...suggestion] = message
    .trim()
    .replace(/^error: /, "")
    .split("\n");
  const found = translations.find(([pattern]) => pattern.test(problem));
  const words = found === undefined ? problem : problem.replace(found[0], found[1]);
  return [words, ...suggestion].join(" ");
}
