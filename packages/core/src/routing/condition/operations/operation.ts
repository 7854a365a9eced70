import type { Budget } from "../budget.ts";
import { fault, type Position, withPosition } from "../condition-fault.ts";
import type { Type, Value } from "../value.ts";
import type { Parameter } from "./parameter.ts";

/** An argument that is already known when the rule arrives. */
interface Constant {
  readonly value: Value;
  readonly at: Position;
}

/** Computes a result from arguments, in the order of the parameters. */
export type Run = (args: readonly Value[], budget: Budget) => Value;

/** A function or method of the language. Of a method the first parameter is what stands before the dot. */
export interface Operation {
  readonly name: string;
  readonly parameters: readonly ParameterShape[];
  /** What may follow the parameters, as often as `most` says. */
  readonly rest?: ParameterShape & { readonly most: number };
  resultOf(types: readonly Type[]): Type;
  /**
   * Prepares a call. Constant arguments are read at once, so that a regular expression, a zone or a time that can never
   * work is found when the rule arrives; it throws with the place of the argument.
   */
  bind(constants: readonly (Constant | undefined)[], budget: Budget): Run;
}

/** What the checker has to know of a parameter. */
export interface ParameterShape {
  readonly title: string;
  readonly types: readonly Type[];
}

type Parameters<A extends readonly unknown[]> = { readonly [K in keyof A]: Parameter<A[K]> };

/** An operation as the tables write it: arguments arrive read and typed. */
export interface OperationSource<A extends readonly unknown[], R> {
  readonly name: string;
  readonly parameters: Parameters<A>;
  readonly rest?: Parameter<R>;
  /** How many of `rest` there may be; any number when absent. */
  readonly mostRest?: number;
  readonly result: Type | ((types: readonly Type[]) => Type);
  run(args: A, rest: readonly R[], budget: Budget): Value;
}

export function createOperation<A extends readonly unknown[], R = never>(source: OperationSource<A, R>): Operation {
  const { name, rest, mostRest = Number.POSITIVE_INFINITY, result } = source;
  const parameters: readonly Parameter<unknown>[] = source.parameters;
  return {
    name,
    parameters,
    ...(rest === undefined ? {} : { rest: { title: rest.title, types: rest.types, most: mostRest } }),
    resultOf: (types) => (typeof result === "function" ? result(types) : result),
    bind(constants, budget) {
      const readers = parameters.map((parameter, at) => createReader(parameter, constants[at], budget));
      const restReaders =
        rest === undefined
          ? []
          : constants.slice(parameters.length).map((constant) => createReader(rest, constant, budget));
      return (values, spent) => {
        const args = readAll(readers, values, spent);
        if (!areArgumentsOf(source.parameters, args)) throw fault(`${name} has too few arguments`);
        return source.run(args, readAll(restReaders, values.slice(parameters.length), spent), spent);
      };
    },
  };
}

/** What the readers of these parameters made is what the parameters say; the type system loses that on the way. */
function areArgumentsOf<A extends readonly unknown[]>(parameters: Parameters<A>, args: readonly unknown[]): args is A {
  return args.length === parameters.length;
}

type Reader<T> = (value: Value, budget: Budget) => T;

function createReader<T>(parameter: Parameter<T>, constant: Constant | undefined, budget: Budget): Reader<T> {
  if (constant === undefined) return (value, spent) => parameter.read(value, spent);
  const ready = withPosition(constant.at, () => parameter.read(constant.value, budget));
  return () => ready;
}

function readAll<T>(readers: readonly Reader<T>[], values: readonly Value[], budget: Budget): T[] {
  return readers.flatMap((read, at) => {
    const value = values[at];
    return value === undefined ? [] : [read(value, budget)];
  });
}
