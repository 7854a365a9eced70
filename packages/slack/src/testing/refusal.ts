/** Thrown inside the fake: answered as HTTP 200 with `ok: false`, as Slack does. */
export class SlackRefusal extends Error {
  override readonly name = "SlackRefusal";
  readonly slackCode: string;
  /** Fields of the body beside `ok` and `error`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(slackCode: string, details: Readonly<Record<string, unknown>> = {}) {
    super(slackCode);
    this.slackCode = slackCode;
    this.details = details;
  }
}
