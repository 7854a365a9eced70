import { createNotifier, type Meter, type Notifier, type NotifierStatus, PluginError } from "@access-plugins/core";
import { type ClosableTeleportClient, createTeleportClient } from "@access-plugins/teleport-client";
import { readGitRef } from "./assets.ts";
import { type Composition, compose, type RunOptions } from "./compose.ts";
import { guardAgainstCrashes } from "./crash-guard.ts";
import type { Plugin } from "./define-plugin.ts";
import { createDiagnostics } from "./diagnostics.ts";
import { watchSecrets } from "./secret-watch.ts";
import { listenForShutdown, onHangup } from "./signals.ts";

/**
 * The composition root of `start`: configuration, logger, clients, notifier; runs until it is asked to stop. Resolves
 * to the exit code; whatever ended the plugin has been told in one line.
 */
export async function runPlugin(options: RunOptions): Promise<number> {
  const parts = await compose(options);
  if (parts === undefined) return 1;
  const { log } = parts;
  guardAgainstCrashes(process, log, process.exit);
  const shutdown = listenForShutdown({ ...parts, source: process, exit: process.exit });
  try {
    announce(options);
    await serve(options.plugin, parts, shutdown.signal);
    log.info("Successfully shut down");
    return 0;
  } catch (thrown) {
    reportFatal(thrown, parts);
    return 1;
  } finally {
    shutdown.dispose();
  }

  function announce({ plugin, debug }: RunOptions): void {
    const gitRef = readGitRef();
    log.info(`Starting ${plugin.title} ${plugin.version}${gitRef === undefined ? "" : `:${gitRef}`}`);
    if (debug) log.debug("DEBUG logging enabled");
  }
}

/** Resolves after a graceful stop, rejects when the plugin cannot go on. */
async function serve(plugin: Plugin, parts: Composition, signal: AbortSignal): Promise<void> {
  const { config, clock, log, messenger } = parts;
  const { meter, serve: serveDiagnostics } = await createDiagnostics(plugin, config.diagnostics, parts);
  const { proxy, connectionUpgrade, tunnelAddr } = config.environment;
  const teleport = createTeleportClient(config.teleport, { log, clock, proxy, connectionUpgrade, tunnelAddr });
  const notifier = createNotifier({
    pluginName: plugin.pluginName,
    teleport,
    messenger,
    routes: config.routes,
    ...config.messages,
    minServerVersion: plugin.minServerVersion,
    failFast: config.environment.failFast,
    clock,
    log,
    meter,
  });
  config.secrets.onChange(notifier.retryNow);
  const secrets = watchSecrets({ clock, log, meter, secrets: config.secrets });
  const stopListening = onHangup(process, () => {
    log.info("Reloading: secrets are read again and what is blocked is tried again");
    parts.sink.reopen();
    void secrets.refresh().then(notifier.retryNow);
  });
  let stopServing = async () => {};
  try {
    stopServing = await serveDiagnostics(
      () => findStatus(notifier, teleport, signal),
      () => measureIdentity(meter, teleport),
    );
    void greet(notifier, parts, signal);
    await notifier.run(signal);
  } finally {
    secrets.stop();
    stopListening();
    await Promise.all([stopServing(), teleport.close()]);
  }
}

/** Tells that the plugin is ready, then lets the platform do what it does at a start. */
async function greet(notifier: Notifier, parts: Composition, signal: AbortSignal): Promise<void> {
  const { config, messenger, deps, log } = parts;
  try {
    await notifier.ready();
  } catch {
    return; // `run` ends with the same error.
  }
  log.info("Plugin is ready");
  try {
    await config.platform.onStart({ routes: config.routes, messenger, deps, log, signal });
  } catch (thrown) {
    log.error("The preparations of the platform failed; the plugin goes on without them", { error: thrown });
  }
}

/** The notifier's status, with what else keeps the plugin from working. */
function findStatus(notifier: Notifier, teleport: ClosableTeleportClient, signal: AbortSignal): NotifierStatus {
  const status = notifier.status();
  const { state, problem } = teleport.credentialStatus();
  const isUseless = state === "expired" || state === "missing";
  const problems = [
    ...(signal.aborted ? ["The plugin is shutting down."] : []),
    ...(isUseless ? [`The Teleport credentials are ${state}: ${problem?.message ?? "no more is known"}`] : []),
    ...status.problems,
  ];
  return { ...status, ready: status.ready && problems.length === 0, problems };
}

function measureIdentity(meter: Meter, teleport: ClosableTeleportClient): void {
  const { expiresAt } = teleport.credentialStatus();
  if (expiresAt !== undefined) meter.gauge("identity_expiry_timestamp_seconds", expiresAt.getTime() / 1_000);
}

function reportFatal(thrown: unknown, { log }: Composition): void {
  const error = PluginError.from(thrown);
  const { code, fix, operation, message } = error;
  log.error(`Terminating with fatal error: ${message}`, { code, fix, operation });
  log.debug("The fatal error in full", { error });
}
