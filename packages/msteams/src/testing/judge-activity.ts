import { z } from "zod";
import { findCardFault } from "./card-schema.ts";
import { addressesOf, type CardText, dateFunction, textsOf } from "./card-text.ts";
import { parseCard } from "./parse-card.ts";

/** What a reader's client would make of a message beyond showing text. */
export interface Judgement {
  readonly mentions: readonly string[];
  readonly links: readonly string[];
  readonly faults: readonly string[];
}

const activity = z.object({
  summary: z.string().default(""),
  text: z.string().default(""),
  entities: z.array(z.unknown()).default([]),
  attachments: z.array(z.object({ content: z.unknown() })).default([]),
});

// Anything that hides, reorders or controls. Joiners and variation selectors are part of emoji and scripts.
const fooling =
  /[[\p{Cc}\p{Bidi_Control}\p{Surrogate}\p{Default_Ignorable_Code_Point}]--[\n\u200B-\u200D\uFE00-\uFE0F]]/gv;
// What clients make links of in text without markup.
const linked = /(?:https?:\/\/|www\.)[^\s\u200B]+|[\w-]+\.[a-z]{2,}(?=[\s/),:]|$)|[\w.+-]+@[\w-]+\.[a-z]+/giu;
const markup = /[[\]*_`<>#~|\\{}@]|https?:|www\./u;

/**
 * Looks at a message the way Teams' clients do: the card is parsed by Microsoft's own library and against a strict
 * schema, Markdown counts where clients parse it, and addresses where clients find them by themselves.
 */
export function judgeActivity(value: unknown): Judgement {
  const { summary, text, entities, attachments } = activity.parse(value);
  const cards = attachments.map(({ content }) => content);
  const texts = cards.flatMap(textsOf);
  const all = [summary, text, ...texts.map((one) => one.text)];
  return {
    mentions: [...entities, ...cards.flatMap(entitiesOf)].map((entity) => JSON.stringify(entity)),
    links: [...cards.flatMap(addressesOf), ...(text.match(linked) ?? [])],
    faults: [
      ...cards.flatMap(faultsOfCard),
      ...texts.flatMap(faultsOfText),
      ...all.flatMap((one) => one.match(fooling) ?? []).map((found) => `U+${found.codePointAt(0)?.toString(16)}`),
      ...all.filter((one) => /<\s?\/?at\b/iu.test(one) && !/< \s?\/?at\b/iu.test(one)),
    ],
  };
}

function faultsOfText({ kind, text }: CardText): readonly string[] {
  const rest = kind === "markdown" ? text.replaceAll(dateFunction, "") : text;
  if (kind === "markdown") return markup.test(rest) ? [`markup in ${text}`] : [];
  return /\{\{\s*(?:DATE|TIME)/iu.test(rest) ? [`date function in ${text}`] : [];
}

function entitiesOf(card: unknown): readonly unknown[] {
  const read = z.object({ msteams: z.object({ entities: z.array(z.unknown()) }) }).safeParse(card);
  return read.success ? read.data.msteams.entities : [];
}

function faultsOfCard(card: unknown): readonly string[] {
  const fault = findCardFault(card);
  return [...(fault === undefined ? [] : [fault]), ...parseCard(card).complaints];
}
