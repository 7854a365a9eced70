/**
 * The Go-expression syntax shared by Teleport's predicate dialects: strings, integers, dotted names, `x["key"]`, calls,
 * `!`, `==`, `!=`, `&&`, `||`, parentheses. Dialects differ in names and functions, see {@link evaluate}.
 */
export type Expression =
  | { readonly type: "literal"; readonly value: string | number }
  | { readonly type: "name"; readonly path: string }
  | { readonly type: "index"; readonly of: Expression; readonly key: Expression }
  | { readonly type: "member"; readonly of: Expression; readonly name: string }
  | { readonly type: "call"; readonly callee: Expression; readonly args: readonly Expression[] }
  | { readonly type: "not"; readonly of: Expression }
  | { readonly type: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** Names and functions of one dialect. */
export interface Dialect {
  /** Undefined: no such name. */
  readonly names: Readonly<Record<string, unknown>>;
  readonly functions: Readonly<Record<string, (...args: unknown[]) => unknown>>;
}

const TOKEN = /\s*(?:("(?:[^"\\\n]|\\.)*"|`[^`]*`)|(\d+)|([A-Za-z_]\w*)|(&&|\|\||==|!=|[!()[\].,]))/y;
const BINARY_LEVELS = [["||"], ["&&"], ["==", "!="]] as const;

interface Token {
  readonly kind: "string" | "number" | "word" | "sign";
  readonly text: string;
}

/** Throws an error that names the place when the text is not an expression. */
export function parseExpression(text: string): Expression {
  const cursor = createCursor(tokenize(text));
  const result = parseBinary(cursor, 0);
  if (cursor.peek() !== undefined) throw new Error(`unexpected ${cursor.peek()}`);
  return result;
}

/** A position in the tokens. */
interface Cursor {
  /** Text of the next token; undefined at the end. */
  peek(): string | undefined;
  next(): Token;
  isSign(sign: string): boolean;
  /** Steps over the sign if it is next, and tells whether it was. */
  skip(sign: string): boolean;
}

function createCursor(tokens: readonly Token[]): Cursor {
  let position = 0;
  const peek = () => tokens[position]?.text;
  const isSign = (sign: string) => tokens[position]?.kind === "sign" && peek() === sign;
  return {
    peek,
    isSign,
    next() {
      const token = tokens[position];
      if (!token) throw new Error("unexpected end of expression");
      position += 1;
      return token;
    },
    skip(sign) {
      const found = isSign(sign);
      if (found) position += 1;
      return found;
    },
  };
}

function parseBinary(cursor: Cursor, level: number): Expression {
  const operators: readonly string[] | undefined = BINARY_LEVELS[level];
  if (!operators) return parseUnary(cursor);
  let left = parseBinary(cursor, level + 1);
  for (;;) {
    const operator = operators.find((sign) => cursor.skip(sign));
    if (operator === undefined) return left;
    left = { type: "binary", operator, left, right: parseBinary(cursor, level + 1) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  return cursor.skip("!") ? { type: "not", of: parseUnary(cursor) } : parsePostfix(cursor);
}

function parsePostfix(cursor: Cursor): Expression {
  let left = parsePrimary(cursor);
  for (;;) {
    if (cursor.skip(".")) left = toMember(left, cursor.next());
    else if (cursor.skip("(")) left = { type: "call", callee: left, args: parseList(cursor, ")") };
    else if (cursor.skip("[")) left = { type: "index", of: left, key: parseKey(cursor) };
    else return left;
  }
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.next();
  if (token.kind === "string") return { type: "literal", value: unquote(token.text) };
  if (token.kind === "number") return { type: "literal", value: Number(token.text) };
  if (token.kind === "word") return { type: "name", path: token.text };
  if (token.text !== "(") throw new Error(`unexpected ${token.text}`);
  const inner = parseBinary(cursor, 0);
  expectSign(cursor, ")");
  return inner;
}

function parseList(cursor: Cursor, end: string): Expression[] {
  const items: Expression[] = [];
  while (!cursor.skip(end)) {
    if (items.length > 0) expectSign(cursor, ",");
    items.push(parseBinary(cursor, 0));
  }
  return items;
}

function parseKey(cursor: Cursor): Expression {
  const [key, ...more] = parseList(cursor, "]");
  if (!key || more.length > 0) throw new Error("expected one key between [ and ]");
  return key;
}

function expectSign(cursor: Cursor, sign: string): void {
  const token = cursor.next();
  if (token.kind !== "sign" || token.text !== sign) throw new Error(`expected ${sign}, found ${token.text}`);
}

function toMember(of: Expression, token: Token): Expression {
  if (token.kind !== "word") throw new Error(`expected a name after the dot, found ${token.text}`);
  return of.type === "name"
    ? { type: "name", path: `${of.path}.${token.text}` }
    : { type: "member", of, name: token.text };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match)
      throw new Error(`cannot read the expression from position ${start + 1}: ${text.slice(start, start + 20)}`);
    const [, string, number, word, sign] = match;
    if (string !== undefined) tokens.push({ kind: "string", text: string });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "sign", text: sign ?? "" });
  }
  return tokens;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** Go string literals: raw between back quotes, else with escapes. */
function unquote(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith("`")) return inner;
  return inner.replaceAll(/\\(x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|.)/gi, (_, code: string) =>
    code.length > 1 ? String.fromCodePoint(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
  );
}

/** The value of an expression in a dialect. Throws for what the dialect does not have. */
export function evaluate(expression: Expression, dialect: Dialect): unknown {
  switch (expression.type) {
    case "literal":
      return expression.value;
    case "name": {
      if (expression.path === "true" || expression.path === "false") return expression.path === "true";
      if (!Object.hasOwn(dialect.names, expression.path)) throw new Error(`unknown identifier ${expression.path}`);
      return dialect.names[expression.path];
    }
    case "index":
      return lookUp(evaluate(expression.of, dialect), evaluate(expression.key, dialect));
    case "call":
      return call(expression, dialect);
    case "not":
      return !toBoolean(evaluate(expression.of, dialect));
    case "binary":
      return combine(expression, dialect);
    default:
      throw new Error(`unknown member ${expression.name}`);
  }
}

function lookUp(map: unknown, key: unknown): unknown {
  if (typeof map !== "object" || map === null || typeof key !== "string") throw new Error("cannot index this value");
  return Object.hasOwn(map, key) ? Reflect.get(map, key) : undefined;
}

function call({ callee, args }: Extract<Expression, { type: "call" }>, dialect: Dialect): unknown {
  const known = callee.type === "name" && Object.hasOwn(dialect.functions, callee.path);
  const run = known ? dialect.functions[callee.path] : undefined;
  if (!run) throw new Error(`unknown function ${callee.type === "name" ? callee.path : callee.type}`);
  return run(...args.map((arg) => evaluate(arg, dialect)));
}

function combine(expression: Extract<Expression, { type: "binary" }>, dialect: Dialect): boolean {
  const left = evaluate(expression.left, dialect);
  const right = () => evaluate(expression.right, dialect);
  switch (expression.operator) {
    case "&&":
      return toBoolean(left) && toBoolean(right());
    case "||":
      return toBoolean(left) || toBoolean(right());
    case "==":
      return left === right();
    default:
      return left !== right();
  }
}

function toBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Error("expected a boolean");
  return value;
}
