/** The names by which faults, barriers and waiting tell calls apart. */
export interface CallName {
  /** What is asked for, in the words of the platform's API. */
  readonly method: string;
  /** The channel it is about; empty when it is about none. */
  readonly channel: string;
}

/** Which calls something is about; what is absent matches any. */
export interface CallMatch {
  readonly method?: string | undefined;
  readonly channel?: string | undefined;
}

export function matches(match: CallMatch, call: CallName): boolean {
  return (match.method ?? call.method) === call.method && (match.channel ?? call.channel) === call.channel;
}
