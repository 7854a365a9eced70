import * as z from "zod";

/** What can be written in a configuration file, read from the schema so that checks and documents never differ. */
export interface SettingNode {
  readonly description: string;
  /** In TOML's words: `string`, `boolean`, `integer`, `number`, `array`, `table`. */
  readonly type: string;
  readonly required: boolean;
  readonly default: unknown;
  /** The keys of a table; undefined when it is no table or takes any key. */
  readonly children: ReadonlyMap<string, SettingNode> | undefined;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

const tomlTypes: Readonly<Record<string, string>> = { object: "table" };

/** Reads the tree of settings from a zod schema of a table. */
export function describeSettings(schema: z.ZodType): SettingNode {
  const jsonSchema = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", override: keepDefault });
  return toNode(jsonSchema, true);
}

/** zod leaves out a default that stands behind a transformation. */
function keepDefault({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const { def } = zodSchema._zod;
  if (def.type === "default") jsonSchema.default ??= def.defaultValue;
}

function toNode(schema: JsonSchema, required: boolean): SettingNode {
  const properties = schema.properties;
  return {
    description: schema.description ?? "",
    type: toTomlType(schema),
    required,
    default: schema.default,
    children:
      properties && new Map(Object.entries(properties).map(([key, child]) => [key, toChild(key, child, schema)])),
  };
}

function toChild(key: string, child: JsonSchema | boolean, parent: JsonSchema): SettingNode {
  return toNode(typeof child === "boolean" ? {} : child, parent.required?.includes(key) ?? false);
}

function toTomlType(schema: JsonSchema): string {
  const types = [schema, ...(schema.anyOf ?? [])].flatMap((one) => (typeof one === "boolean" ? [] : (one.type ?? [])));
  return [...new Set(types.map((type) => tomlTypes[type] ?? type))].join(" or ");
}
