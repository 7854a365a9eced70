/** A place in a text, both numbers from 1; columns count UTF-16 units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Steps from the root of a document: keys of tables and indexes of arrays. */
export type KeyPath = readonly (string | number)[];

/** Where one key, table or array element is written. Tables are where their header first names them. */
export interface TomlEntry extends Position {
  readonly path: KeyPath;
}

/**
 * Finds where everything of a TOML document is written; the parser tells values only. The text must already have
 * been accepted by the parser: this scanner knows the shape of TOML, not its rules, and for any other text it finds
 * what it can.
 *
 * `decodeKey` turns a key as written (`"a\tb"`, `'a'`, `a`) into the key itself.
 */
export function scanTomlPositions(source: string, decodeKey: (written: string) => string): readonly TomlEntry[] {
  const entries: TomlEntry[] = [];
  /** How many elements an array of tables has so far, by the path of the array. */
  const tableArrays = new Map<string, number>();
  let at = 0;
  let line = 1;
  let lineStart = 0;
  let lineEnd = findLineEnd(source, 0);

  /** Entries are recorded in the order of the text, so each line is counted once. */
  function record(path: KeyPath, offset: number): void {
    for (; lineEnd < offset; lineEnd = findLineEnd(source, lineStart)) {
      line += 1;
      lineStart = lineEnd + 1;
    }
    entries.push({ path, line, column: offset - lineStart + 1 });
  }

  /** Takes what the pattern matches here; sticky patterns only. */
  function take(pattern: RegExp): string {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? "";
    at += text.length;
    return text;
  }

  /** Reads `a.b."c d"`, recording each step below `base`. */
  function takeKey(base: KeyPath, resolve: (path: KeyPath) => KeyPath): KeyPath {
    let path = base;
    do {
      take(blanks);
      const start = at;
      const written = take(keyPart);
      path = [...resolve(path), decodeKey(written)];
      record(path, start);
      take(blanks);
    } while (take(dot) !== "");
    return path;
  }

  /** A path through arrays of tables means their newest element. */
  function intoNewest(path: KeyPath): KeyPath {
    const count = tableArrays.get(JSON.stringify(path));
    return count === undefined ? path : [...path, count - 1];
  }

  function takeHeader(): KeyPath {
    const isArray = take(headerOpen).length === 2;
    const path = takeKey([], intoNewest);
    take(headerClose);
    if (!isArray) return path;
    const key = JSON.stringify(path);
    tableArrays.set(key, (tableArrays.get(key) ?? 0) + 1);
    return intoNewest(path);
  }

  function takeAssignment(base: KeyPath): void {
    const path = takeKey(base, (path) => path);
    take(equalsSign);
    takeValue(path);
  }

  function takeValue(path: KeyPath): void {
    if (take(arrayOpen) !== "") takeArray(path);
    else if (take(inlineTableOpen) !== "") takeInlineTable(path);
    else if (take(anyString) === "") take(bareValue);
  }

  function takeArray(path: KeyPath): void {
    for (let index = 0; ; index += 1) {
      take(gap);
      if (at >= source.length || take(arrayClose) !== "") return;
      const start = at;
      record([...path, index], start);
      takeValue([...path, index]);
      take(gap);
      take(comma);
      if (at === start) at += 1;
    }
  }

  function takeInlineTable(path: KeyPath): void {
    for (;;) {
      take(gap);
      if (at >= source.length || take(inlineTableClose) !== "") return;
      const start = at;
      takeAssignment(path);
      take(gap);
      take(comma);
      if (at === start) at += 1;
    }
  }

  let table: KeyPath = [];
  for (;;) {
    take(gap);
    if (at >= source.length) return entries;
    const start = at;
    if (source[at] === "[") table = takeHeader();
    else takeAssignment(table);
    if (at === start) at += 1;
  }
}

function findLineEnd(source: string, start: number): number {
  const end = source.indexOf("\n", start);
  return end === -1 ? source.length : end;
}

const blanks = /[ \t]*/y;
/** White space, line ends and comments. */
const gap = /(?:[ \t\r\n]|#[^\n]*)*/y;
const dot = /\./y;
const comma = /,/y;
const equalsSign = /=[ \t]*/y;
const headerOpen = /\[\[?/y;
const headerClose = /\]{1,2}/y;
const arrayOpen = /\[/y;
const arrayClose = /\]/y;
const inlineTableOpen = /\{/y;
const inlineTableClose = /\}/y;
const keyPart = /"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\s.=[\]{}"'#,]+/y;
/** Multi-line strings may end with up to five quotes, of which the first two belong to the text. */
const anyString = /"""(?:\\[\s\S]|(?!""")[^\\])*"{3,5}|'''(?:(?!''')[\s\S])*'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'/y;
const bareValue = /[^,\]}#\n]*/y;
