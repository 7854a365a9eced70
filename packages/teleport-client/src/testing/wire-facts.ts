import { type DescEnum, type DescField, type DescService, type Registry, ScalarType } from "@bufbuild/protobuf";
import { z } from "zod";

/**
 * What counts on the wire, as plain data: the shape of `proto/facts.json`. Names count as well: of services and methods
 * because the path is made of them, of the rest because proto JSON and the fixtures are.
 */
export type WireFacts = z.infer<typeof wireFactsSchema>;

type FieldFact = z.infer<typeof fieldFactSchema>;

export const fieldFactSchema = z.object({
  name: z.string(),
  number: z.int(),
  /** Scalar name, full message or enum name, `map<K, V>`. */
  type: z.string(),
  /** `optional` (a singular field), `repeated`, `map`, `oneof:<name>`. */
  label: z.string(),
  /** Declared with the keyword `optional`. */
  explicit_presence: z.literal(true).exactOptional(),
  /** The first server release that knows the field, as far as known. Not compared. */
  since: z.string().exactOptional(),
});

export const methodFactSchema = z.object({
  input: z.string(),
  output: z.string(),
  client_streaming: z.boolean(),
  server_streaming: z.boolean(),
});

export const wireFactsSchema = z.strictObject({
  messages: z.record(z.string(), z.array(fieldFactSchema)),
  enums: z.record(z.string(), z.record(z.string(), z.int())),
  methods: z.record(z.string(), methodFactSchema),
});

/** The facts that descriptors state. */
export function toWireFacts(types: Registry): WireFacts {
  const all = [...types];
  return {
    messages: Object.fromEntries(
      all
        .filter((type) => type.kind === "message")
        .map((message) => [message.typeName, message.fields.map(toFieldFact)]),
    ),
    enums: Object.fromEntries(
      all.filter((type) => type.kind === "enum").map((type) => [type.typeName, toEnumFact(type)]),
    ),
    methods: Object.fromEntries(all.filter((type) => type.kind === "service").flatMap(toMethodFacts)),
  };
}

/** Every point in which the two differ, one line each; empty when they agree. */
export function findFactDifferences(ours: WireFacts, facts: WireFacts): readonly string[] {
  return [
    ...compareEach("message ", ours.messages, facts.messages, (name, our, fact) =>
      compareEach(`field ${name}.`, byName(our), byName(fact), compareMembers),
    ),
    ...compareEach("enum ", ours.enums, facts.enums, (name, our, fact) =>
      compareEach(`value ${name}.`, our, fact, (value, a, b) =>
        a === b ? [] : [`value ${name}.${value} is ${a}, the fact is ${b}`],
      ),
    ),
    ...compareEach("method ", ours.methods, facts.methods, compareMembers),
  ];
}

function compareEach<T>(
  prefix: string,
  ours: Readonly<Record<string, T>>,
  facts: Readonly<Record<string, T>>,
  compare: (name: string, our: T, fact: T, prefix: string) => readonly string[],
): readonly string[] {
  return [...new Set([...Object.keys(ours), ...Object.keys(facts)])].sort().flatMap((name) => {
    const our = ours[name];
    const fact = facts[name];
    if (our === undefined) return [`${prefix}${name}: a fact, but not declared`];
    if (fact === undefined) return [`${prefix}${name}: declared, but no fact`];
    return compare(name, our, fact, prefix);
  });
}

function compareMembers(name: string, our: object, fact: object, prefix: string): readonly string[] {
  const [a, b] = [our, fact].map((members) =>
    JSON.stringify(Object.fromEntries(Object.entries({ ...members, since: undefined }).sort())),
  );
  return a === b ? [] : [`${prefix}${name} is ${a}, the fact is ${b}`];
}

function byName(fields: readonly FieldFact[]): Readonly<Record<string, FieldFact>> {
  return Object.fromEntries(fields.map((field) => [field.name, field]));
}

function toFieldFact(field: DescField): FieldFact {
  return {
    name: field.name,
    number: field.number,
    type: toTypeName(field),
    label: toLabel(field),
    ...(field.proto.proto3Optional ? { explicit_presence: true } : {}),
  };
}

function toLabel(field: DescField): string {
  if (field.fieldKind === "map") return "map";
  if (field.fieldKind === "list") return "repeated";
  return field.oneof === undefined ? "optional" : `oneof:${field.oneof.name}`;
}

function toTypeName(field: DescField): string {
  const value = field.message?.typeName ?? field.enum?.typeName ?? toScalarName(field.scalar);
  return field.fieldKind === "map" ? `map<${toScalarName(field.mapKey)}, ${value}>` : value;
}

function toScalarName(scalar: ScalarType | undefined): string {
  return scalar === undefined ? "?" : ScalarType[scalar].toLowerCase();
}

function toEnumFact(desc: DescEnum): Readonly<Record<string, number>> {
  return Object.fromEntries(desc.values.map((value) => [value.name, value.number]));
}

function toMethodFacts(service: DescService): readonly (readonly [string, z.infer<typeof methodFactSchema>])[] {
  return service.methods.map((method) => [
    `/${service.typeName}/${method.name}`,
    {
      input: method.input.typeName,
      output: method.output.typeName,
      client_streaming: method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming",
      server_streaming: method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming",
    },
  ]);
}
