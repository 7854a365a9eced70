import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { Argument, Command, Option } from "commander";
import { deleteList, type ListFlags, listLists, setList, toMoment } from "./list-commands.ts";
import {
  type CreateFlags,
  createRequest,
  deleteRequest,
  promoteRequest,
  resolveRequest,
  reviewRequest,
  toJsonText,
  toTable,
} from "./request-commands.ts";
import { createResourcesCommand } from "./resource-commands.ts";
import { createRule, deleteRule, listRules, type RuleFlags } from "./rule-commands.ts";
import { type CommandIo, toDuration, toList } from "./run-command.ts";
import { type Session, type SessionFlags, withSession } from "./session.ts";

/** Opens a session as the global flags say, does the work, and prints what it gives, if anything. */
type Run = (work: (session: Session) => Promise<string | undefined>) => Promise<void>;

export function createCtlCommand(io: CommandIo): Command {
  const program = new Command("auth-ctl")
    .description("Creates, reviews and resolves Access Requests at a running auth-sim, over gRPC.")
    .requiredOption("--dir <dir>", "the directory of the running auth-sim")
    .requiredOption("--as <identity>", "whose identity file of it to use: requester, reviewer, admin or identity")
    .option("--addr <host:port>", "address of the service (default: the one auth-sim noted in --dir)");
  const run: Run = (work) =>
    withSession(program.opts<SessionFlags>(), async (session) => {
      const text = await work(session);
      if (text) io.out(`${text}\n`);
    });
  return program
    .addCommand(createCommand(run))
    .addCommand(reviewCommand(run))
    .addCommand(resolveCommand(run))
    .addCommand(promoteCommand(run))
    .addCommand(deleteCommand(run))
    .addCommand(listCommand(run))
    .addCommand(pluginDataCommand(run))
    .addCommand(rulesCommand(run))
    .addCommand(listsCommand(run))
    .addCommand(createResourcesCommand(() => program.opts<SessionFlags>().dir, io.out));
}

const createCommand = (run: Run) =>
  new Command("create")
    .description("files a request and prints its id")
    .option("--roles <a,b>", "roles to request", toList)
    .option("--reason <text>", "why", "")
    .option("--reviewers <a,b>", "suggested reviewers", toList)
    .option("--resources <a,b>", "resources, each /cluster/kind/name[/sub]", toList)
    .option("--ttl <duration>", "how long one session may last", toDuration)
    .option("--max-duration <duration>", "how long the access may last", toDuration)
    .option("--pending-ttl <duration>", "how long to wait for reviews", toDuration)
    .option("--user <name>", "request for somebody else")
    .option("--dry-run", "check only, and print what it would be", false)
    .action((flags: CreateFlags) => run((session) => createRequest(session, flags)));

const reviewCommand = (run: Run) =>
  new Command("review")
    .description("approves or denies as one reviewer; prints the state after it")
    .argument("<id>")
    .addOption(new Option("--approve").conflicts("deny"))
    .option("--deny")
    .option("--reason <text>", "why", "")
    .action((id: string, { approve, deny, reason }: ReviewFlags, command: Command) => {
      if (!approve && !deny) command.error("error: give --approve or --deny");
      return run((session) => reviewRequest(session, id, approve ? "approved" : "denied", reason));
    });

interface ReviewFlags {
  readonly approve?: boolean;
  readonly deny?: boolean;
  readonly reason: string;
}

const resolveCommand = (run: Run) =>
  new Command("resolve")
    .description("sets the state, whatever the reviews say")
    .argument("<id>")
    .addArgument(new Argument("<state>").choices(["approved", "denied"]))
    .option("--reason <text>", "why", "")
    .option("--roles <a,b>", "grant only these of the requested roles", toList)
    .action((id: string, state: "approved" | "denied", flags: { reason: string; roles?: string[] }) =>
      run((session) => resolveRequest(session, id, state, flags)),
    );

const promoteCommand = (run: Run) =>
  new Command("promote")
    .description("turns the request into membership of an access list, by name or title")
    .argument("<id>")
    .argument("<list>")
    .option("--reason <text>", "why", "")
    .action((id: string, list: string, { reason }: { reason: string }) =>
      run((session) => promoteRequest(session, id, list, reason)),
    );

const deleteCommand = (run: Run) =>
  new Command("delete")
    .description("deletes the request")
    .argument("<id>")
    .action((id: string) => run((session) => deleteRequest(session, id)));

const listCommand = (run: Run) =>
  new Command("list")
    .description("prints the requests the identity sees: id, state, user, roles, reason")
    .option("--json", "everything, as JSON", false)
    .action(({ json }: { json: boolean }) =>
      run(async (session) => {
        const requests = await session.listRequests();
        return json ? toJsonText(requests) : toTable(requests);
      }),
    );

const pluginDataCommand = (run: Run) =>
  new Command("plugin-data")
    .description("prints what plugins stored on a request, as JSON")
    .argument("<id>")
    .option("--list", "the id is the name of an access list", false)
    .action((id: string, { list }: { list: boolean }) =>
      run(async (session) => {
        const filter = { Kind: list ? "access_list" : "access_request", Resource: id };
        const { PluginData } = await session.call(AuthService.method.getPluginData, filter);
        const entries = Object.entries(PluginData[0]?.Spec?.Entries ?? {}).map(([name, { Data }]) => [name, Data]);
        return JSON.stringify(Object.fromEntries(entries), null, 2);
      }),
    );

function rulesCommand(run: Run): Command {
  const rules = new Command("rules").description("access monitoring rules");
  rules
    .command("create <name>")
    .requiredOption("--plugin <name>", "the plugin the rule is for, by the name of its plugin data")
    .requiredOption("--recipients <a,b>", "whom the plugin shall tell", toList)
    .option("--condition <predicate>", "which requests", "true")
    .option(
      "--schedule <shift>",
      'only those created then: "ZONE DAY HH:MM-HH:MM", for example "UTC Monday 09:00-17:00"',
    )
    .action((name: string, flags: RuleFlags) => run((session) => createRule(session, name, flags)));
  rules.command("delete <name>").action((name: string) => run((session) => deleteRule(session, name)));
  rules.command("list").action(() => run(listRules));
  return rules;
}

function listsCommand(run: Run): Command {
  const lists = new Command("lists").description("access lists");
  lists
    .command("set <name>")
    .description("makes an access list, or changes what is given of the one that is there")
    .option("--title <text>", "what people call it (default: the name)")
    .option("--owners <a,b>", "users who own it", toList)
    .option("--owner-lists <a,b>", "access lists whose members own it", toList)
    .option("--members <a,b>", "its members, all of them (default: none)", toList)
    .option("--audit <when>", "until when to review it: 2026-03-24, or 7d from now, or -2d for past due", toMoment)
    .option("--notice <duration>", "how long before it the owners are reminded (default: two weeks)", toDuration)
    .option("--type <type>", "static or scim for lists that are never reviewed")
    .action((name: string, flags: ListFlags) => run((session) => setList(session, name, flags)));
  lists.command("delete <name>").action((name: string) => run((session) => deleteList(session, name)));
  lists.command("list").action(() => run(listLists));
  return lists;
}
