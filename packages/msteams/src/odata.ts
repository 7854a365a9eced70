/** A string literal of OData: quotes inside are doubled, so no value can become syntax (`o'brien@…`). */
export function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** `$filter=…` for a query string. Everything is encoded, also the `#` in a guest's user principal name. */
export function toFilter(filter: string): string {
  return `$filter=${encodeURIComponent(filter)}`;
}
