import type { SimulatedMessage } from "@access-plugins/testing/simulation";
import type { Stage } from "./stage.ts";
import type { Teller } from "./teller.ts";

/** A request's way through all platforms at once: review, approval, denial, expiry, a suggested reviewer, a stranger. */
export async function playStory(stage: Stage, teller: Teller): Promise<void> {
  const play = createPlayer(stage, teller);

  teller.chapter("Somebody asks for access, a reviewer approves");
  const approved = await play.create([
    "--roles",
    "editor",
    "--reason",
    "Ticket OPS-4711: rotate the <!channel> replica",
  ]);
  await play.shown(approved, "PENDING", 1);
  await play.act("reviewer", ["review", approved, "--approve", "--reason", "go ahead"]);
  await play.shown(approved, "APPROVED", 1);

  teller.chapter("A second request is denied");
  const denied = await play.create(["--roles", "editor", "--reason", "just curious"]);
  await play.shown(denied, "PENDING", 1);
  await play.act("reviewer", ["review", denied, "--deny", "--reason", "no ticket"]);
  await play.shown(denied, "DENIED", 1);

  teller.chapter("A requester suggests a reviewer, who gets a message of their own");
  const suggested = await play.create(["--roles", "editor", "--reason", "on call", "--reviewers", "bob@example.com"]);
  await play.shown(suggested, "PENDING", 2);
  await play.act("admin", ["resolve", suggested, "approved", "--reason", "by the book"]);
  await play.shown(suggested, "APPROVED", 2);

  teller.chapter("Nobody reviews a request: it expires");
  const expired = await play.create(["--roles", "editor", "--reason", "never mind", "--pending-ttl", "3s"]);
  await play.shown(expired, "EXPIRED", 1);

  teller.chapter("And the recipient who does not exist");
  teller.say("ghost@example.com is configured for every role and has no account. Nobody waited for it: each");
  teller.say("request was told to the others at once, and this one is tried again every hour. In the log stands:");
  for (const line of stage.quote(/ghost@example\.com/u)) teller.say(line);
}

interface Player {
  create(args: readonly string[]): Promise<string>;
  act(user: "requester" | "reviewer" | "admin", args: readonly string[]): Promise<string>;
  /** Waits until every platform shows the request in so many places with this status. */
  shown(id: string, status: string, places: number): Promise<void>;
}

function createPlayer(stage: Stage, teller: Teller): Player {
  async function act(user: "requester" | "reviewer" | "admin", args: readonly string[]): Promise<string> {
    teller.command(`auth-ctl --as ${user} ${args.map(quote).join(" ")}`);
    return stage.act(user, args);
  }
  return {
    act,
    create: (args) => act("requester", ["create", ...args]),
    shown: (id, status, places) =>
      stage.untilShown(`${id} ${status} in ${places} places`, (messages) => countShown(messages, id, status) >= places),
  };
}

function countShown(messages: readonly SimulatedMessage[], id: string, status: string): number {
  return messages.filter(({ text }) => text.includes(id) && text.toUpperCase().includes(status)).length;
}

function quote(arg: string): string {
  return /^[\w@./:=-]+$/u.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`;
}
