import { createRequire } from "node:module";
import { z } from "zod";

const require = createRequire(import.meta.url);

const library = z
  .object({
    AdaptiveCard: z.custom<new () => { parse(json: unknown, context: unknown): void }>(),
    SerializationContext: z.custom<new (version: unknown) => ParseContext>(),
    Versions: z.custom<{ readonly v1_5: unknown }>(),
  })
  // Its ES modules cannot be loaded by Node; the bundle can.
  .parse(require("adaptivecards/dist/adaptivecards.js"));

interface ParseContext {
  readonly eventCount: number;
  getEventAt(index: number): { readonly message: string };
}

/** A card as Microsoft's library reads it, and what it says about elements and properties that version 1.5 has not. */
export interface ParsedCard {
  readonly card: unknown;
  readonly complaints: readonly string[];
}

// Judge and outline look at the same card, and reading one takes milliseconds.
const parsed = new WeakMap<object, ParsedCard>();

export function parseCard(content: unknown): ParsedCard {
  if (typeof content !== "object" || content === null) return parse(content);
  const known = parsed.get(content) ?? parse(content);
  parsed.set(content, known);
  return known;
}

function parse(content: unknown): ParsedCard {
  const { AdaptiveCard, SerializationContext, Versions } = library;
  const context = new SerializationContext(Versions.v1_5);
  const card = new AdaptiveCard();
  card.parse(content, context);
  const complaints = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  return { card, complaints };
}
