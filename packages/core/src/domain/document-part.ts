import type { ReviewView, RoleView } from "./request-message.ts";

/** One fact beside its label. `name` is text from people, `time` is shown in the reader's zone. */
export interface DocumentFact {
  readonly label: string;
  readonly value: { readonly name: string } | { readonly time: Date };
}

/** A command to copy beside its label. */
export interface DocumentCommand {
  readonly label: string;
  readonly text: string;
}

/** A part of what a message says, in reading order and free of any markup. Labels, titles and hints are ours alone. */
export type DocumentPart =
  /** `user` is absent where the reader is the one who asked. */
  | { readonly kind: "title"; readonly text: string; readonly user?: string; readonly asksFor: readonly string[] }
  | { readonly kind: "facts"; readonly facts: readonly DocumentFact[] }
  | { readonly kind: "roles"; readonly label: string; readonly roles: readonly RoleView[] }
  | { readonly kind: "resources"; readonly label: string; readonly names: readonly string[] }
  | { readonly kind: "prose"; readonly of: "reason" | "resolution"; readonly label: string; readonly text: string }
  | { readonly kind: "reviews"; readonly label: string; readonly reviews: readonly ReviewView[] }
  | { readonly kind: "status"; readonly label: string; readonly text: string; readonly promotedTo: string }
  | { readonly kind: "hint"; readonly text: string }
  | { readonly kind: "link"; readonly label: string; readonly url: string }
  | { readonly kind: "commands"; readonly commands: readonly DocumentCommand[] }
  | { readonly kind: "notes"; readonly notes: readonly string[] };

/** The part, or nothing where there is nothing to show. */
export function shownIf(shown: boolean, part: DocumentPart): readonly DocumentPart[] {
  return shown ? [part] : [];
}

/** A text beside its label; an empty one is left out. */
export function nameFact(label: string, text: string): readonly DocumentFact[] {
  return text === "" ? [] : [{ label, value: { name: text } }];
}

/** A time beside its label; one that is no time (a year no calendar has) is left out. */
export function timeFact(label: string, time: Date | undefined): readonly DocumentFact[] {
  return time === undefined || Number.isNaN(time.getTime()) ? [] : [{ label, value: { time } }];
}

/** How long it is from one moment to another, beside its label; left out where one is missing or comes too late. */
export function lengthFact(label: string, from: Date | undefined, to: Date | undefined): readonly DocumentFact[] {
  return nameFact(label, toLengthText((to?.getTime() ?? Number.NaN) - (from?.getTime() ?? Number.NaN)));
}

/** In the two largest units that say something; empty for less than a minute and for what is no length. */
function toLengthText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (!(minutes > 0)) return "";
  const units = [
    [Math.floor(minutes / 1_440), "d"],
    [Math.floor(minutes / 60) % 24, "h"],
    [minutes % 60, "min"],
  ] as const;
  const shown = units.filter(([count]) => count > 0).slice(0, 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** Facts beside each other; none at all are left out. */
export function factsPart(facts: readonly DocumentFact[]): readonly DocumentPart[] {
  return shownIf(facts.length > 0, { kind: "facts", facts });
}

/** Somebody's own words below their label. */
export function prosePart(of: "reason" | "resolution", label: string, text: string): readonly DocumentPart[] {
  return shownIf(text.trim() !== "", { kind: "prose", of, label, text });
}
