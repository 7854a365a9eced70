/** What a parser of the platform's markup finds in a message. */
export interface Judgement {
  /** Whoever it would notify. */
  readonly mentions: readonly string[];
  /** Every address a reader could be led to by a click, or that the platform would fetch. */
  readonly links: readonly string[];
  /** Markup that is neither ours nor closed, invisible or reordering characters: anything that breaks or fools. */
  readonly faults: readonly string[];
}

/** One place of a message and what a reader finds there, as a parser sees it that shares no code with the renderer. */
export interface OutlinePart {
  /** The label it stands behind, or what kind of part it is. */
  readonly place: string;
  readonly text: string;
}
