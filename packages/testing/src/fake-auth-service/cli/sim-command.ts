import { Command, InvalidArgumentError, Option } from "commander";
import { defaultUserNames } from "../cluster/defaults.ts";
import type { ProfileName } from "../cluster/profiles.ts";
import { createFakeAuthService, type FakeAuthService } from "../fake-auth-service.ts";
import { createResourceFile } from "./resource-file.ts";
import { type CommandIo, toAddress, toDuration } from "./run-command.ts";
import { sampleAccessLists, sampleResources } from "./sample-cluster.ts";
import { addProxyOptions, type ProxyFlags, startProxies } from "./sim-proxies.ts";
import { createStateDirectory, type StateDirectory } from "./state-directory.ts";
import { keepState, readState } from "./state-file.ts";

interface Flags extends ProxyFlags {
  readonly dir: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly expiryInterval?: number;
  readonly pendingTtl?: number;
  readonly proxyPublicAddr: string;
  readonly fresh: boolean;
  readonly allowOldClients: boolean;
}

/** `stopped` resolves with what ended the run, in a word; only then does the command end. */
export function createSimCommand(io: CommandIo, stopped: () => Promise<string>): Command {
  const command = new Command("auth-sim")
    .description(
      "A simulated Teleport Auth Service: real gRPC over mutual TLS; credentials and state are kept in --dir.",
    )
    .requiredOption("--dir <dir>", "where credentials go: identity, requester, reviewer, admin, plugin.key/.crt/.cas")
    .requiredOption("--listen <host:port>", "address to listen on; port 0 takes a free one", toAddress)
    .option("--cluster <name>", "name of the cluster", "example.com")
    .addOption(
      new Option("--profile <major>", "which major version of Teleport to play: 14, 15 or 18")
        .default(18)
        .argParser(toProfile),
    )
    .option("--expiry-interval <duration>", "how often expired requests are deleted (default: 5m)", toDuration)
    .option("--pending-ttl <duration>", "how long requests wait for reviews (default: 7d)", toDuration)
    .option("--proxy-public-addr <host:port>", "what Ping tells as the Proxy's public address", "")
    .option("--no-enterprise", "Ping tells of a cluster without advanced access workflows")
    .option("--fresh", "forget the requests, rules, lists and plugin data of an earlier run", false)
    .option("--allow-old-clients", "let clients in whatever version they say they are", false);
  return addProxyOptions(command).action((flags: Flags) => runSim(flags, io, stopped));
}

async function runSim(flags: Flags, io: CommandIo, stopped: () => Promise<string>): Promise<void> {
  const directory = createStateDirectory(flags.dir);
  const service = await start(flags, directory);
  const kept = await keepState(flags.dir, service.state);
  await writeCredentials(service, directory);
  const proxies = await startProxies(flags, service, directory, io);
  // Whoever reads "ready" may stop the service at once.
  const end = stopped();
  io.out(`ready ${service.address}\n`);
  io.err(`cluster ${flags.cluster}, Teleport ${flags.profile}, credentials in ${flags.dir}\n`);
  io.err(`${await end}: stopped\n`);
  proxies.close();
  service.close();
  await kept.close();
}

function toProfile(text: string): ProfileName {
  const name = Number(text);
  if (name !== 14 && name !== 15 && name !== 18) throw new InvalidArgumentError("Choose 14, 15 or 18.");
  return name;
}

async function start(flags: Flags, directory: StateDirectory): Promise<FakeAuthService> {
  const authorities = await directory.readAuthorities(flags.cluster);
  // Without its authorities this is another cluster, whose state is nobody's business.
  const state = authorities && !flags.fresh ? await readState(flags.dir) : [];
  return createFakeAuthService({
    ...flags.listen,
    clusterName: flags.cluster,
    profile: flags.profile,
    proxyPublicAddr: flags.proxyPublicAddr,
    enterprise: flags.enterprise,
    allowOldClients: flags.allowOldClients,
    catalog: createResourceFile(flags.dir, sampleResources),
    accessLists: sampleAccessLists,
    state,
    ...(authorities ? { authorities } : {}),
    ...(flags.expiryInterval ? { expiryIntervalMs: flags.expiryInterval } : {}),
    ...(flags.pendingTtl ? { pendingTtlMs: flags.pendingTtl } : {}),
  });
}

async function writeCredentials(service: FakeAuthService, directory: StateDirectory): Promise<void> {
  await directory.writeAuthorities(service.authorities);
  const plugin = await service.identity(defaultUserNames.plugin);
  await directory.writeIdentity("identity", plugin.file);
  await directory.writeTrio("plugin", plugin);
  for (const name of ["requester", "reviewer", "admin"] as const) {
    await directory.writeIdentity(name, await service.identityFile(defaultUserNames[name]));
  }
  await directory.writeAddress(service.address);
}
