import { isEmailAddress } from "../../email-address.ts";
import type { Budget } from "../budget.ts";
import { fault } from "../condition-fault.ts";
import { compilePattern, type Pattern } from "../pattern.ts";
import type { TextSet, Type, Value } from "../value.ts";
import { createOperation, type Operation } from "./operation.ts";
import { set, text, textOrSet, textThatIs } from "./parameter.ts";

type Change = (text: string, budget: Budget) => string;

/** A string becomes a string, a set a set. */
function applyTo(subject: string | TextSet, change: Change, budget: Budget): Value {
  if (typeof subject === "string") return change(subject, budget);
  return new Set([...subject].map((element) => change(element, budget)));
}

const sameType = ([first = "any"]: readonly Type[]): Type => first;

function createChange(name: string, change: Change): Operation {
  return createOperation<[string | TextSet]>({
    name,
    parameters: [textOrSet],
    result: sameType,
    run: ([subject], _, budget) => applyTo(subject, change, budget),
  });
}

/** Go maps rune by rune: no final sigma, and `ß` stays, because its upper case is two letters. */
function mapCharacters(subject: string, budget: Budget, map: (character: string) => string): string {
  budget.spend(subject.length);
  const mapped = [...subject].map((character) => {
    const changed = map(character);
    return [...changed].length === 1 ? changed : character;
  });
  return mapped.join("");
}

export const upper = createChange("strings.upper", (subject, budget) =>
  mapCharacters(subject, budget, (character) => character.toUpperCase()),
);

export const lower = createChange("strings.lower", (subject, budget) =>
  // The one letter whose lower case is a single letter in Go and two in JavaScript.
  mapCharacters(subject, budget, (character) => (character === "İ" ? "i" : character.toLowerCase())),
);

export const replaceAll = createOperation<[string | TextSet, string, string]>({
  name: "strings.replaceall",
  parameters: [textOrSet, text, text],
  result: sameType,
  run: ([subject, old, by], _, budget) => applyTo(subject, (each) => replaceText(each, old, by, budget), budget),
});

function replaceText(subject: string, old: string, by: string, budget: Budget): string {
  // As in Go, the empty text stands before and after every character.
  const parts = old === "" ? ["", ...subject, ""] : subject.split(old);
  budget.spend(subject.length + (parts.length - 1) * by.length);
  return parts.join(by);
}

export const split = createOperation<[TextSet, string]>({
  name: "strings.split",
  parameters: [set, text],
  result: "set",
  run([elements, separator], _, budget) {
    const parts = [...elements].flatMap((element) => {
      budget.spend(element.length + 1);
      return separator === "" ? [...element] : element.split(separator);
    });
    return new Set(parts);
  },
});

export const emailLocal = createOperation<[TextSet]>({
  name: "email.local",
  parameters: [set],
  result: "set",
  run([elements], _, budget) {
    budget.spend(elements.size);
    return new Set([...elements].map(toLocalPart));
  },
});

function toLocalPart(address: string): string {
  if (!isEmailAddress(address)) throw fault("an element of the set is no e-mail address");
  return address.slice(0, address.lastIndexOf("@"));
}

export const regexpReplace = createOperation<[TextSet, Pattern, string]>({
  name: "regexp.replace",
  parameters: [set, textThatIs("regular expression", compilePattern), text],
  result: "set",
  run([elements, pattern, by], _, budget) {
    const replaced = [...elements].map((element) => pattern.replaceAll(element, by, budget));
    return new Set(replaced.filter((element) => element !== undefined));
  },
});
