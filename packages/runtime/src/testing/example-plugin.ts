import { type Messenger, PluginError } from "@access-plugins/core";
import { z } from "zod";
import { definePlugin } from "../define-plugin.ts";

/** A messenger that talks to nobody: it logs what it would post. */
function createLogMessenger(log: { info(message: string, fields?: Record<string, unknown>): void }): Messenger {
  return {
    platform: "example",
    stored: { encode: (sent) => sent["id"] ?? "", decode: (entry) => ({ id: entry }), maxBytes: 64 },
    async *check() {
      yield { code: "token", level: "ok", message: "The token is good." };
    },
    async findRecipient(raw) {
      if (raw === "nobody") throw new PluginError("recipient_unknown", "nobody is unknown", { fix: "Invite them." });
      return { id: raw, kind: "person" };
    },
    async post(to) {
      log.info("posted", { to: to.id });
      return { id: to.id };
    },
    edit: async (sent) => sent,
  };
}

const chatSettings = z
  .object({
    token: z.string().min(1).describe("Token of the bot, or the absolute path of a file that holds it."),
    url: z.url("Use a URL such as https://chat.example.com.").describe("URL of the chat server."),
    style: z.enum(["plain", "card"]).default("card").describe("How messages look."),
    retries: z.int().min(0).max(9).default(3).describe("How often a call is tried again."),
    rooms: z.array(z.string()).default([]).describe("Rooms that are told about every role."),
  })
  .superRefine(({ style, retries }, context) => {
    if (style !== "plain" || retries > 0) return;
    const fix = 'set `style` to "card", or `retries` to 1 or more';
    context.addIssue({ code: "custom", path: ["style"], message: "plain style needs retries", params: { fix } });
  });

/** A plugin with one of everything a platform may bring: an own list of recipients, a start hook, own commands. */
export const examplePlugin = definePlugin({
  name: "teleport-example",
  version: "1.2.3",
  pluginName: "example",
  title: "Teleport Access Example Plugin",
  description: "Teleport plugin for tests.",
  minServerVersion: "8.0.0",
  exampleToml: () => "# An example.\n[teleport]\n",
  settings: { preload: z.boolean().default(false).describe("Look everybody up at start."), chat: chatSettings },
  secrets: ["chat.token"],
  roleToRecipients: "required",
  createMessenger: (_settings, { log }) => createLogMessenger(log),
  async onStart({ settings, log, routes }) {
    if (settings.preload) log.info("Preloading", { roles: Object.keys(routes.roleToRecipients) });
  },
  commands: [
    {
      name: "configure",
      description: "Generates a folder.",
      args: [{ name: "dir", description: "Path to target directory" }],
      flags: [
        { name: "appID", description: "App ID", kind: "value", required: true },
        { name: "app-secret-file", description: "File with the secret", kind: "value" },
        { name: "force", description: "Overwrite", kind: "switch", short: "f" },
      ],
      async run({ args, flags, print }) {
        print(JSON.stringify({ args, flags }));
        return 0;
      },
    },
    {
      name: "leak",
      description: "Prints what must not be printed.",
      async runWith({ print, warn }, { settings }) {
        print(`token ${settings.chat.token}`);
        warn(`token ${settings.chat.token}`);
        throw new PluginError("internal", `token ${settings.chat.token}`, { fix: settings.chat.token });
      },
    },
    {
      name: "validate",
      description: "Looks a recipient up.",
      args: [{ name: "recipient", description: "Whom to look up" }],
      async runWith({ args, print }, { settings, messenger, signal }) {
        const call = { signal, lane: "", mayStart: () => true };
        const { id } = await messenger.findRecipient(args["recipient"] ?? "", "any", call);
        print(`found ${id} on ${settings.chat.url}`);
        return 0;
      },
    },
  ],
});
