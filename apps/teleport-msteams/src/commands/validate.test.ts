import { readFile, writeFile } from "node:fs/promises";
import { contentOf, renderForReader } from "@access-plugins/msteams/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSetup, runPlugin, type Setup } from "../testing/run-plugin.ts";

let setup: Setup;

beforeEach(async () => {
  setup = await openSetup();
  setup.teams.tenant.addUser({ mail: "alice@example.com", name: "Alice Smith" });
  await setup.write(["alice@example.com"]);
});

afterEach(() => setup.close());

const validate = (recipient: string) => runPlugin(["validate", recipient, "-c", setup.config]);

describe("validate", { timeout: 30_000 }, () => {
  test("prints every step to a person, posts a test card and edits it", async () => {
    const { code, stdout, stderr } = await validate("alice@example.com");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const [message] = setup.teams.tenant.messages;
    const [user] = setup.teams.tenant.users;
    const { teamsAppId, appId } = setup.teams.bot;
    expect(stdout.split("\n").map((line) => line.replace(/^teleport-msteams v.*/u, "(version)"))).toEqual([
      "(version)",
      "",
      ` - Checking application ${teamsAppId} status...`,
      ` - Signed in to Microsoft Graph as the app ${appId}.`,
      " - Signed in to the Bot Connector.",
      " - The app has every permission needed.",
      ` - MS Teams app found in org app store as "TeleBot" (internal ID: ${setup.teams.tenant.apps[0]?.id}).`,
      ` - User alice@example.com found: ${user?.id} (Alice Smith)`,
      ` - Application installation ID for recipient: ${setup.teams.tenant.installations[0]?.id}`,
      ` - Chat ID for recipient: ${message?.conversation}`,
      expect.stringMatching(/^ - Chat web URL: https:\/\/teams\.microsoft\.com\/l\/chat\//u),
      " - Sending the message...",
      ` - Message sent, ID: ${message?.id}`,
      " - Message edited",
      "",
      "Check your MS Teams!",
      "",
    ]);
    expect(message?.history).toHaveLength(2);
    const shown = message && renderForReader(contentOf(message));
    expect(shown).toMatch(/Example request posted by 'validate' command\.[\s\S]*bar approved[\s\S]*baz denied/u);
    expect(shown).toContain("This is a test message");
  });

  test("prints every step to a channel", async () => {
    const { tenant } = setup.teams;
    const channel = tenant.addChannel(tenant.addTeam({ name: "Operations" }), { name: "Access" });
    const { code, stdout } = await validate(tenant.linkOf(channel));
    expect(code).toBe(0);
    expect(stdout).toContain(` - Channel found: ${channel.id} of the team ${channel.owner}\n`);
    expect(stdout).toContain(" - Message edited\n\nCheck your MS Teams!\n");
  });

  test("waits for an installation that takes a while, and says so", async () => {
    setup.teams.settings.installDelay = { hiddenReads: 0, refusedPosts: 1 };
    const { code, stdout } = await validate("alice@example.com");
    expect(code).toBe(0);
    expect(stdout).toContain("WARNING: Teams does not know of the new installation yet: trying again");
  });

  test.each<readonly [string, string, (setup: Setup) => Promise<void> | void, RegExp]>([
    [
      "a secret that has expired",
      "alice@example.com",
      ({ teams }) => teams.bot.secrets.clear(),
      /ERROR: .*AADSTS7000215[\s\S]*fix: Create a new client secret/u,
    ],
    [
      "an app that is not in the catalogue",
      "alice@example.com",
      ({ teams }) => {
        for (const { id } of teams.tenant.apps) teams.tenant.removeApp(id);
      },
      /ERROR: Application [\w-]+ not found in the org app store[\s\S]*fix: Upload app\.zip/u,
    ],
    [
      "a permission that is missing",
      "alice@example.com",
      ({ teams }) => teams.tokens.grant(["AppCatalog.Read.All", "User.Read.All"]),
      /WARNING: The app lacks the permission TeamsAppInstallation\.ReadWriteSelfForUser\.All[\s\S]*User alice@example\.com found[\s\S]*ERROR: .*[\s\S]*fix: Add the application permission TeamsAppInstallation\.ReadWriteSelfForUser\.All/u,
    ],
    [
      "somebody nobody knows",
      "nobody@example.com",
      () => {},
      /ERROR: User by email nobody@example\.com not found\.\n {3}fix: Check the address/u,
    ],
    [
      "a team without the app",
      "TEAM",
      () => {},
      /Channel found: [\s\S]*ERROR: App for team [\w-]+ not found[\s\S]*fix: Add the app "TeleBot" to the team/u,
    ],
    [
      "a person who has blocked the app",
      "alice@example.com",
      ({ teams: { tenant, settings } }) => {
        const [alice] = tenant.users;
        if (alice === undefined) throw new Error("no alice");
        const { conversation } = tenant.install(alice, settings.installDelay);
        const chat = tenant.findConversation(conversation);
        if (chat) chat.refuses = "ConversationBlockedByUser";
      },
      /Sending the message\.\.\.\n - ERROR: .*ConversationBlockedByUser[\s\S]*fix: Ask the person to unblock/u,
    ],
    [
      "an account that is disabled",
      "alice@example.com",
      ({ teams }) => {
        for (const user of teams.tenant.users) user.enabled = false;
      },
      /User alice@example\.com found[\s\S]*ERROR: The account of "alice@example\.com" is disabled/u,
    ],
    [
      "a name",
      "General",
      () => {},
      /ERROR: "General" is no recipient Teams could know[\s\S]*fix: Use an e-mail address/u,
    ],
  ])("ends with exit code 1 and the fix for %s", async (_, recipient, prepare, expected) => {
    const { tenant } = setup.teams;
    const bare = tenant.addTeam({ name: "Bare", hasApp: false });
    await prepare(setup);
    const raw = recipient === "TEAM" ? tenant.linkOf(tenant.addChannel(bare, { name: "Access" })) : recipient;
    const { code, stdout, stderr } = await validate(raw);
    expect(stdout).toMatch(expected);
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain("planted-secret-4711");
    expect(stdout).not.toContain("Check your MS Teams!");
  });

  test("says where Microsoft cannot be reached", async () => {
    await setup.teams.close();
    const { code, stderr, stdout } = await validate("alice@example.com");
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/did not reach Microsoft \(ECONNREFUSED\)\.\n {4}fix: Check msapi\.endpoints/u);
  });
});

describe("an authority of one's own", { timeout: 30_000 }, () => {
  test.each(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])("is trusted when %s names it", async (name) => {
    const toml = await readFile(setup.config, "utf8");
    await writeFile(setup.config, toml.replace(/^ca_file = .*\n/mu, ""));
    const args = ["validate", "alice@example.com", "-c", setup.config];
    const refused = await runPlugin(args);
    expect(refused.stdout + refused.stderr).toContain("SSL_CERT_FILE");
    const { code, stdout } = await runPlugin(args, { [name]: `${setup.dir}/ca.pem` });
    expect(stdout).toContain("Check your MS Teams!");
    expect(code).toBe(0);
  });
});
