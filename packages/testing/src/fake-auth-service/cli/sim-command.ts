import { Command, InvalidArgumentError, Option } from "commander";
import { defaultUserNames } from "../cluster/defaults.ts";
import type { ProfileName } from "../cluster/profiles.ts";
import { createFakeAuthService, type FakeAuthService } from "../fake-auth-service.ts";
import { type CommandIo, toAddress, toDuration } from "./run-command.ts";
import { sampleAccessLists, sampleResources } from "./sample-cluster.ts";
import { createStateDirectory, type StateDirectory } from "./state-directory.ts";

interface Flags {
  readonly dir: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly cluster: string;
  readonly profile: ProfileName;
  readonly expiryInterval?: number;
  readonly pendingTtl?: number;
  readonly proxyPublicAddr: string;
  readonly enterprise: boolean;
  readonly allowOldClients: boolean;
}

/** `stopped` resolves with what ended the run, in a word; only then does the command end. */
export function createSimCommand(io: CommandIo, stopped: () => Promise<string>): Command {
  return new Command("auth-sim")
    .description("A simulated Teleport Auth Service: real gRPC over mutual TLS, state in memory, credentials in --dir.")
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
    .option("--allow-old-clients", "let clients in whatever version they say they are", false)
    .action(async (flags: Flags) => {
      const directory = createStateDirectory(flags.dir);
      const service = await start(flags, directory);
      await writeCredentials(service, directory);
      // Whoever reads "ready" may stop the service at once.
      const end = stopped();
      io.out(`ready ${service.address}\n`);
      io.err(`cluster ${flags.cluster}, Teleport ${flags.profile}, credentials in ${flags.dir}\n`);
      io.err(`${await end}: stopped\n`);
      service.close();
    });
}

function toProfile(text: string): ProfileName {
  const name = Number(text);
  if (name !== 14 && name !== 15 && name !== 18) throw new InvalidArgumentError("Choose 14, 15 or 18.");
  return name;
}

async function start(flags: Flags, directory: StateDirectory): Promise<FakeAuthService> {
  const authorities = await directory.readAuthorities(flags.cluster);
  return createFakeAuthService({
    ...flags.listen,
    clusterName: flags.cluster,
    profile: flags.profile,
    proxyPublicAddr: flags.proxyPublicAddr,
    enterprise: flags.enterprise,
    allowOldClients: flags.allowOldClients,
    resources: sampleResources,
    accessLists: sampleAccessLists,
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
