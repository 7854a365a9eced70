import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toRequest } from "../../testing/samples.ts";
import { compileCondition } from "./condition.ts";
import { type ConditionFacts, createEnvironment } from "./environment.ts";

/** An expression as text, next to what it has to mean. The meaning knows arrays and nothing of the evaluator. */
interface Meant<T> {
  readonly text: string;
  /** How tightly the text binds: `||` 1, `&&` 2, `==` 3, `!` 4, anything else 5. */
  readonly binds: number;
  mean(world: World): T;
}

interface World {
  readonly user: string;
  readonly roles: readonly string[];
  readonly traits: Readonly<Record<string, readonly string[]>>;
}

const letter = fc.constantFrom<string>("a", "b", "c", "d", "A", "é", "a b", "");
const key = fc.constantFrom<string>("team", "level", "toString");
const letters = fc.array(letter, { maxLength: 4 });
const world: fc.Arbitrary<World> = fc.record({ user: letter, roles: letters, traits: fc.dictionary(key, letters) });

const { bool, set, string } = fc.letrec<{ bool: Meant<boolean>; set: Meant<string[]>; string: Meant<string> }>(
  (tie) => ({
    string: fc.oneof(
      { maxDepth: 3 },
      letter.map((value) => atom(JSON.stringify(value), () => value)),
      fc.constant(atom("access_request.spec.user", ({ user }: World) => user)),
      fc
        .tuple(tie("bool"), tie("string"), tie("string"))
        .map(([when, one, other]) =>
          atom(`ifelse(${when.text}, ${one.text}, ${other.text})`, (w: World) => (when.mean(w) ? one : other).mean(w)),
        ),
    ),
    set: fc.oneof(
      { maxDepth: 4 },
      letters.map((values) => atom(`set(${values.map((value) => JSON.stringify(value)).join(", ")})`, () => values)),
      fc.constant(atom("access_request.spec.roles", ({ roles }: World) => [...roles])),
      key.map((name) => atom(`user.traits[${JSON.stringify(name)}]`, ({ traits }: World) => traitOf(traits, name))),
      key.map((name) => atom(`user.traits.${name}`, ({ traits }: World) => traitOf(traits, name))),
      fc
        .array(tie("set"), { maxLength: 3 })
        .map((sets) =>
          atom(`union(${sets.map(({ text }) => text).join(", ")})`, (w: World) => sets.flatMap((each) => each.mean(w))),
        ),
      fc
        .tuple(tie("set"), letters)
        .map(([all, added]) =>
          atom(`${all.text}.add(${added.map((value) => JSON.stringify(value)).join(", ")})`, (w: World) => [
            ...all.mean(w),
            ...added,
          ]),
        ),
      fc
        .tuple(tie("set"), letters)
        .map(([all, gone]) =>
          atom(`${all.text}.remove(${gone.map((value) => JSON.stringify(value)).join(", ")})`, (w: World) =>
            all.mean(w).filter((each) => !gone.includes(each)),
          ),
        ),
      fc
        .tuple(tie("set"), letter)
        .map(([all, name]) =>
          atom(
            `dict(pair(${JSON.stringify(name)}, ${all.text})).put("x", set())[${JSON.stringify(name)}]`,
            (w: World) => all.mean(w),
          ),
        ),
      tie("set").map((all) =>
        atom(`strings.split(${all.text}, " ")`, (w: World) => all.mean(w).flatMap((each) => each.split(" "))),
      ),
      tie("set").map((all) =>
        atom(`strings.replaceall(${all.text}, "a", "bb")`, (w: World) =>
          all.mean(w).map((each) => each.replace(/a/gu, "bb")),
        ),
      ),
      tie("set").map((all) =>
        atom(`regexp.replace(${all.text}, "^a(.*)$", "x$1")`, (w: World) =>
          all
            .mean(w)
            .filter((each) => each.startsWith("a"))
            .map((each) => `x${each.slice(1)}`),
        ),
      ),
    ),
    bool: fc.oneof(
      { maxDepth: 5 },
      fc.boolean().map((value) => atom(String(value), () => value)),
      fc
        .tuple(tie("set"), tie("string"))
        .map(([all, one]) =>
          atom(`${all.text}.contains(${one.text})`, (w: World) => all.mean(w).includes(one.mean(w))),
        ),
      fc
        .tuple(tie("set"), tie("set"), fc.boolean())
        .map(([a, b, method]) =>
          atom(callForm("contains_any", a.text, b.text, method), (w: World) =>
            b.mean(w).some((each) => a.mean(w).includes(each)),
          ),
        ),
      fc
        .tuple(tie("set"), tie("set"), fc.boolean())
        .map(([a, b, method]) =>
          atom(
            callForm("contains_all", a.text, b.text, method),
            (w: World) => b.mean(w).length > 0 && b.mean(w).every((each) => a.mean(w).includes(each)),
          ),
        ),
      fc
        .tuple(tie("set"), fc.boolean())
        .map(([all, method]) =>
          atom(method ? `${all.text}.isempty()` : `is_empty(${all.text})`, (w: World) => all.mean(w).length === 0),
        ),
      fc.tuple(tie("string"), tie("string"), fc.boolean()).map(
        ([a, b, same]): Meant<boolean> => ({
          text: `${a.text} ${same ? "==" : "!="} ${b.text}`,
          binds: 3,
          mean: (w) => (a.mean(w) === b.mean(w)) === same,
        }),
      ),
      tie("bool").map((of): Meant<boolean> => ({ text: `!${bind(of, 4)}`, binds: 4, mean: (w) => !of.mean(w) })),
      fc.array(tie("bool"), { minLength: 2, maxLength: 4 }).map(
        (all): Meant<boolean> => ({
          text: all.map((each) => bind(each, 2)).join(" && "),
          binds: 2,
          mean: (w) => all.every((each) => each.mean(w)),
        }),
      ),
      fc.array(tie("bool"), { minLength: 2, maxLength: 4 }).map(
        (all): Meant<boolean> => ({
          text: all.map((each) => bind(each, 1)).join(" || "),
          binds: 1,
          mean: (w) => all.some((each) => each.mean(w)),
        }),
      ),
    ),
  }),
);

describe("conditions mean what their text says", () => {
  test("in an independent model, with no parentheses but the needed ones", () => {
    fc.assert(
      fc.property(bool, world, (condition, w) => {
        expect(holds(condition.text, w)).toBe(condition.mean(w));
      }),
      { numRuns: 500 },
    );
  });

  test("and sets are JavaScript's sets", () => {
    fc.assert(
      fc.property(set, set, world, (one, other, w) => {
        const [a, b] = [new Set(one.mean(w)), new Set(other.mean(w))];
        expect(holds(`contains_any(${one.text}, ${other.text})`, w)).toBe([...b].some((each) => a.has(each)));
        expect(holds(`contains_all(${one.text}, ${other.text})`, w)).toBe(
          b.size > 0 && [...b].every((each) => a.has(each)),
        );
        expect(holds(`is_empty(union(${one.text}, ${other.text}))`, w)).toBe(a.size + b.size === 0);
      }),
    );
  });

  test("and the laws of Boolean algebra hold", () => {
    fc.assert(
      fc.property(bool, bool, bool, world, (x, y, z, w) => {
        const [a, b, c] = [x, y, z].map(({ text }) => `(${text})`);
        const same = (one: string, other: string) => expect(holds(one, w), `${one} is ${other}`).toBe(holds(other, w));
        same(`!(${a} && ${b})`, `!${a} || !${b}`);
        same(`!(${a} || ${b})`, `!${a} && !${b}`);
        same(`${a} && ${b} || ${c}`, `(${a} || ${c}) && (${b} || ${c})`);
        same(`${a} && (${b} || ${c})`, `${a} && ${b} || ${a} && ${c}`);
        same(`!!${a}`, `${a}`);
        same(`${a} || ${a} && ${b}`, `${a}`);
        same(`${a} && ${b}`, `${b} && ${a}`);
        same(`ifelse(${a}, ${b}, ${c})`, `${a} && ${b} || !${a} && ${c}`);
        same(`choose(option(${a}, ${b}), option(true, ${c}))`, `ifelse(${a}, ${b}, ${c})`);
      }),
    );
  });

  test("and strings are equal to themselves only", () => {
    fc.assert(
      fc.property(string, string, world, (a, b, w) => {
        expect(holds(`${a.text} == ${b.text}`, w)).toBe(a.mean(w) === b.mean(w));
        expect(holds(`${a.text} != ${b.text}`, w)).toBe(a.mean(w) !== b.mean(w));
        expect(holds(`set(${a.text}).contains(${b.text})`, w)).toBe(a.mean(w) === b.mean(w));
      }),
    );
  });
});

function atom<T>(text: string, mean: (world: World) => T): Meant<T> {
  return { text, binds: 5, mean };
}

function bind(of: Meant<boolean>, around: number): string {
  return of.binds < around ? `(${of.text})` : of.text;
}

function callForm(name: string, one: string, other: string, method: boolean): string {
  return method ? `${one}.${name}(${other})` : `${name}(${one}, ${other})`;
}

function traitOf(traits: World["traits"], name: string): string[] {
  return Object.hasOwn(traits, name) ? [...(traits[name] ?? [])] : [];
}

function holds(text: string, { user, roles, traits }: World): boolean {
  const facts: ConditionFacts = { request: toRequest({ user, roles }), traits: { value: traits } };
  return compileCondition(text).holds(createEnvironment(facts));
}
