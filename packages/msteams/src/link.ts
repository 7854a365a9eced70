const longest = 1_000;

/** The address of a link of ours, http or https; undefined for anything else, and for what is longer than any of ours. */
export function toLink(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/u.test(parsed.protocol) || parsed.href.length > longest) return undefined;
  return parsed.href;
}
