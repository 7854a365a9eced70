/** One comparison of a filter: `mail eq 'x'`, or `proxyAddresses/any(p:p eq 'x')`. */
export interface Comparison {
  readonly field: string;
  readonly value: string;
}

const literal = "'((?:[^']|'')*)'";
const comparison = new RegExp(`^([A-Za-z/]+) eq ${literal}`, "u");
const membership = new RegExp(`^([A-Za-z]+)/any\\(([a-z]+):\\2 eq ${literal}\\)`, "u");

/** Reads comparisons joined by `or`. Undefined for anything else, a lone quote included: Graph refuses it. */
export function parseFilter(text: string): readonly Comparison[] | undefined {
  const found: Comparison[] = [];
  let rest = text;
  for (;;) {
    const any = membership.exec(rest);
    const one = comparison.exec(rest);
    const [matched, field, value] = any === null ? (one ?? []) : [any[0], any[1], any[3]];
    if (matched === undefined || field === undefined || value === undefined) return undefined;
    found.push({ field, value: value.replaceAll("''", "'") });
    rest = rest.slice(matched.length);
    if (rest === "") return found;
    if (!rest.startsWith(" or ")) return undefined;
    rest = rest.slice(" or ".length);
  }
}
