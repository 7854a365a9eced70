import type { ResourceSpec } from "../cluster/resource-catalog.ts";
import { badParameter } from "../grpc/status-error.ts";
import { evaluate, parseExpression } from "./expression.ts";

/** A `ListResources` predicate as a test on resources; an empty one takes all. Throws InvalidArgument for nonsense. */
export function toResourcePredicate(text: string): (resource: ResourceSpec) => boolean {
  if (text.trim() === "") return () => true;
  return rethrow(text, () => {
    const expression = parseExpression(text);
    return (resource) => rethrow(text, () => evaluate(expression, toDialect(resource)) === true);
  });
}

function toDialect(resource: ResourceSpec) {
  return {
    names: {
      name: resource.name,
      "resource.metadata.name": resource.name,
      "resource.spec.hostname": resource.hostname ?? "",
      labels: resource.labels ?? {},
      "resource.metadata.labels": resource.labels ?? {},
    },
    functions: {
      equals: (one: unknown, other: unknown) => one === other,
      hasPrefix: (text: unknown, prefix: unknown) => String(text ?? "").startsWith(String(prefix)),
      exists: (value: unknown) => value !== undefined,
      search: (...words: unknown[]) => words.every((word) => matchesKeyword(resource, String(word))),
    },
  };
}

/** Looks for the word in name, host name, description and labels, as the web UI's search box does. */
export function matchesKeyword(resource: ResourceSpec, word: string): boolean {
  const { name, hostname = "", description = "", labels = {} } = resource;
  const texts = [name, hostname, description, ...Object.entries(labels).flat()];
  return texts.some((text) => text.toLowerCase().includes(word.toLowerCase()));
}

function rethrow<T>(text: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badParameter(`failed to parse predicate expression ${JSON.stringify(text)}: ${reason}`);
  }
}
