import { faultAt, type Position, quote } from "./condition-fault.ts";
import { partsOf, type Syntax } from "./syntax.ts";
import { type Token, tokenize } from "./tokenizer.ts";

/** Deeper than any rule a person writes, and far from what the stack holds. */
const deepestNesting = 100;

/**
 * Reads a condition: Go's expression syntax as far as the language has it, with Go's precedence (`!`, then `==` and
 * `!=`, then `&&`, then `||`). Unlike Go, newlines are free everywhere. Throws `invalid_argument` with `line:column`.
 */
export function parseCondition(text: string): Syntax {
  const cursor = createCursor(tokenize(text));
  if (cursor.token().kind === "end") {
    throw faultAt(cursor.token().at, "the condition is empty: expected an expression; true matches every request");
  }
  const tree = parseLogical(cursor, "or");
  if (cursor.token().kind !== "end") throw unexpected(cursor.token(), "an operator or the end of the condition");
  checkDepth(tree);
  return tree;
}

interface Cursor {
  token(): Token;
  /** Passes the token and returns it. */
  next(): Token;
  /** Whether the token is this sign; then it is passed. */
  skip(sign: string): boolean;
  /** Passes this sign, or throws. */
  expect(sign: string): void;
  /** Runs `parse` one level deeper. */
  nested<T>(at: Position, parse: () => T): T;
}

function createCursor(tokens: readonly Token[]): Cursor {
  let index = 0;
  let depth = 0;
  const token = () =>
    tokens[Math.min(index, tokens.length - 1)] ?? { kind: "end", text: "", at: { line: 1, column: 1 } };
  function skip(sign: string): boolean {
    const found = token().kind === "sign" && token().text === sign;
    if (found) index += 1;
    return found;
  }
  return {
    token,
    next() {
      const taken = token();
      index += 1;
      return taken;
    },
    skip,
    expect(sign) {
      if (!skip(sign)) throw unexpected(token(), quote(sign));
    },
    nested(at, parse) {
      if (++depth > deepestNesting) throw tooDeep(at);
      const parsed = parse();
      depth -= 1;
      return parsed;
    },
  };
}

/** Operands in a row are one node, so that a long list of them is not a deep tree. */
function parseLogical(cursor: Cursor, kind: "and" | "or"): Syntax {
  const parseOperand = () => (kind === "or" ? parseLogical(cursor, "and") : parseEquality(cursor));
  const first = parseOperand();
  const operands = [first];
  while (cursor.skip(kind === "or" ? "||" : "&&")) operands.push(parseOperand());
  return operands.length === 1 ? first : { kind, operands, at: first.at };
}

function parseEquality(cursor: Cursor): Syntax {
  let left = parseUnary(cursor);
  for (;;) {
    const operatorAt = cursor.token().at;
    const operator = cursor.skip("==") ? "==" : cursor.skip("!=") ? "!=" : undefined;
    if (operator === undefined) return left;
    left = { kind: "equality", operator, operatorAt, left, right: parseUnary(cursor), at: left.at };
  }
}

function parseUnary(cursor: Cursor): Syntax {
  const { at } = cursor.token();
  if (!cursor.skip("!")) return parsePostfix(cursor);
  return { kind: "not", of: cursor.nested(at, () => parseUnary(cursor)), at };
}

function parsePostfix(cursor: Cursor): Syntax {
  let of = parsePrimary(cursor);
  for (;;) {
    const sign = cursor.token();
    if (cursor.skip(".")) {
      const { kind, text, at } = cursor.next();
      if (kind !== "name") throw unexpected({ kind, text, at }, "a name after the dot");
      of = { kind: "member", of, name: text, nameAt: at, at: of.at };
    } else if (cursor.skip("[")) {
      const key = cursor.nested(sign.at, () => parseLogical(cursor, "or"));
      cursor.expect("]");
      of = { kind: "index", of, key, at: of.at };
    } else if (cursor.skip("(")) {
      of = { kind: "call", callee: of, args: cursor.nested(sign.at, () => parseArguments(cursor)), at: of.at };
    } else return of;
  }
}

/** As in Go, a comma may follow the last argument. */
function parseArguments(cursor: Cursor): Syntax[] {
  const args: Syntax[] = [];
  while (!cursor.skip(")")) {
    args.push(parseLogical(cursor, "or"));
    if (cursor.skip(")")) break;
    if (!cursor.skip(",")) throw unexpected(cursor.token(), '"," or ")"');
  }
  return args;
}

function parsePrimary(cursor: Cursor): Syntax {
  const token = cursor.next();
  const { at } = token;
  if (token.kind === "string") return { kind: "string", value: token.value, at };
  if (token.kind === "int") return { kind: "int", value: token.value, at };
  if (token.kind === "name") return { kind: "name", name: token.text, at };
  if (token.text !== "(") throw unexpected(token, "a name, a string, a number or a parenthesis");
  const inner = cursor.nested(at, () => parseLogical(cursor, "or"));
  cursor.expect(")");
  return inner;
}

function unexpected(token: Pick<Token, "kind" | "text" | "at">, expected: string) {
  const found = token.kind === "end" ? "the end of the condition" : quote(token.text);
  return faultAt(token.at, `unexpected ${found}: expected ${expected}`);
}

function tooDeep(at: Position) {
  return faultAt(at, `the condition is nested more than ${deepestNesting} levels deep`);
}

/** Long chains (`a.b().c()…`) nest to the left, which the parser does not notice. */
function checkDepth(tree: Syntax): void {
  let level: readonly Syntax[] = [tree];
  for (let depth = 0; level.length > 0; depth += 1) {
    const [first] = level;
    if (depth > 2 * deepestNesting && first !== undefined) throw tooDeep(first.at);
    level = level.flatMap(partsOf);
  }
}
