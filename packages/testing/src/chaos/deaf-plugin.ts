/** A plugin that says it is ready and does nothing: whoever judges it must find everybody lost. */
process.once("SIGTERM", () => process.exit(0));
setInterval(() => {}, 60_000);
process.stdout.write("Plugin is ready\n");
