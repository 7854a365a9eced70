import { appendFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChild } from "./child-process.ts";
import { explanationSchema } from "./explanation-schema.ts";
import type { RuleSpec } from "./fake-auth-service/cluster/monitoring-rule-store.ts";
import type { RequestInput } from "./fake-auth-service/request-desk.ts";
import type { Simulation } from "./simulation.ts";
import { openTheatre, type Theatre } from "./theatre.ts";

/** An app whose `explain` is looked at. */
export interface ExplainingApp {
  /** The name that rules carry for it. */
  readonly pluginName: string;
  /** Runs one command line in this process and gives its exit code. */
  run(argv: readonly string[], terminal: { out(text: string): void; err(text: string): void }): Promise<number>;
  /** Where the answers are kept, one file for each case: a changed answer is a visible diff. */
  readonly fixtures: string;
}

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const scenarioMs = 60_000;
const web1 = { kind: "node", name: "f0c37a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6" } as const;

/** Channels and people exist, but for the ghost. */
const roles = {
  "*": [{ channel: "access" }],
  "prod-dba": [{ channel: "databases" }, { person: "bob@example.com" }],
  auditor: [{ person: "ghost@example.com" }, { channel: "access" }],
};

/**
 * What `explain` answers on one platform: the real command line, the simulated Auth Service over gRPC and mutual TLS on
 * one side and the platform's fake over HTTP on the other. Called once by each app.
 */
export function explainScenarios(simulation: Simulation, app: ExplainingApp): void {
  describe(`${simulation.app} explain`, () => {
    let theatre: Theatre;
    let config: string;

    beforeAll(async () => {
      theatre = await openTheatre(simulation, { roles });
      config = theatre.platform.args[theatre.platform.args.indexOf("--config") + 1] ?? "";
      await appendFile(config, "\n[routing]\nmax_suggested_reviewers = 2\n");
      theatre.auth.resources.set({ ...web1, hostname: "web-1", labels: { env: "prod" } });
    }, scenarioMs);

    afterAll(() => theatre.close());

    async function explain(...argv: readonly string[]): Promise<Answer> {
      let [out, err] = ["", ""];
      const code = await app.run(["explain", ...argv, "--config", config], {
        out: (text) => {
          out += text;
        },
        err: (text) => {
          err += text;
        },
      });
      for (const secret of theatre.platform.secrets) expect(out + err).not.toContain(secret);
      return { code, out, err };
    }

    /** Asks in both forms. The one for people is kept; the other has to fit the schema and say the same. */
    async function explainTwice(name: string, code: number, ...argv: readonly string[]): Promise<void> {
      const text = await explain(...argv);
      const json = await explain(...argv, "--json");
      expect([text.err, json.err]).toEqual(["", ""]);
      await expect(withoutChance(text.out)).toMatchFileSnapshot(join(app.fixtures, `${name}.txt`));
      const { told } = explanationSchema.parse(JSON.parse(json.out));
      expect([text.code, json.code, told]).toEqual([code, code, code === 0]);
    }

    async function withRules(rules: readonly Omit<RuleSpec, "notification">[], work: () => Promise<void>) {
      const recipients = ["bob@example.com", "carol@example.com"];
      for (const rule of rules) toRules().set({ notification: { name: app.pluginName, recipients }, ...rule });
      await work();
      for (const { name } of rules) toRules().delete(name);
    }

    const toRules = () => theatre.auth.monitoringRules;
    const create = (input: RequestInput) => theatre.auth.createRequest(input);

    it("a rule that matches by a label and a trait", { timeout: scenarioMs }, async () => {
      const byLabel = `access_request.spec.resource_labels_union["env"].contains("prod")`;
      const condition = `${byLabel} && user.traits["level"].contains("L1")`;
      const rules = [
        { name: "production", condition },
        { name: "nobody", condition: `access_request.spec.user == "mallory"` },
      ];
      await withRules(rules, () => explainTwice("rule-match", 0, create({ resources: [web1] })));
    });

    it("a rule that is broken, one whose recipients nobody knows, and the roles in their place", {
      timeout: scenarioMs,
    }, async () => {
      const ghosts = { name: app.pluginName, recipients: ["ghost@example.com"] };
      const rules: readonly RuleSpec[] = [
        { name: "broken", condition: `access_request.spec.rolez.contains("prod-dba")` },
        { name: "ghosts", condition: "true", notification: ghosts },
      ];
      await withRules(rules, () => explainTwice("rule-broken", 0, create({ roles: ["prod-dba"] })));
    });

    it("suggested reviewers, with one that is no address and one too many", { timeout: scenarioMs }, async () => {
      const suggestedReviewers = ["bob@example.com", "the boss", "carol@example.com", "dave@example.com"];
      await explainTwice("suggested-reviewers", 0, create({ roles: ["editor"], suggestedReviewers }));
    });

    it("a recipient nobody knows", { timeout: scenarioMs }, async () => {
      await explainTwice("unknown-recipient", 0, create({ roles: ["auditor"] }));
    });

    it("a request that was told already, whatever the rules say now", { timeout: scenarioMs }, async () => {
      const plugin = await theatre.start();
      const id = create({ roles: ["auditor"] });
      await theatre.untilShown(id, "PENDING", 1);
      await theatre.auth.waitForPluginData(id, app.pluginName, ({ access_plugins_state: state = "" }) =>
        state.includes("recipient_unknown"),
      );
      expect(await plugin.stop()).toBe(0);
      const before = theatre.auth.pluginData(id);
      await withRules([{ name: "new", condition: "true" }], async () => {
        await explainTwice("already-told", 0, id);
        await inProcessOfItsOwn(id);
      });
      expect(theatre.auth.pluginData(id)).toEqual(before);
      expect(theatre.about(id)).toHaveLength(1);
    });

    /** The same answer from the real binary. */
    async function inProcessOfItsOwn(id: string): Promise<void> {
      const child = startChild(simulation.app, [simulation.entry, "explain", id, "--config", config]);
      expect(await child.closed).toBe(0);
      expect(`${child.lines.join("\n")}\n`).toBe((await explain(id)).out);
    }

    it("a request in a file, with what only Teleport knows left unknown", { timeout: scenarioMs }, async () => {
      const [request, rules] = [join(dirname(config), "request.json"), join(dirname(config), "rules.json")];
      await writeFile(request, JSON.stringify([requestInFile]));
      await writeFile(rules, JSON.stringify(toRulesInFile(app.pluginName)));
      const calls = theatre.auth.calls.all.length;
      await explainTwice("offline-file", 0, "--file", request, "--rules", rules);
      expect(theatre.auth.calls.all.length).toBe(calls);
    });

    it("an id nobody knows", { timeout: scenarioMs }, async () => {
      const { code, out, err } = await explain("00000000-0000-7000-8000-000000000000");
      expect([code, out]).toEqual([3, ""]);
      expect(err).toContain("The Teleport cluster example.com has no Access Request 00000000");
    });
  });
}

/** As `tctl get access_request/<id> --format=json` prints it. */
const requestInFile = {
  kind: "access_request",
  version: "v3",
  metadata: { name: "0195e3a1-6f3b-7c2d-9a10-3f1f6f1d2a77" },
  spec: {
    user: "alice@example.com",
    roles: ["prod-dba"],
    state: 1,
    created: "2030-01-07T12:00:00Z",
    suggested_reviewers: ["carol@example.com"],
    resource_ids: [{ cluster: "example.com", ...web1 }],
  },
};

/** As `tctl get access_monitoring_rules --format=json` prints them. */
function toRulesInFile(pluginName: string) {
  const toRule = (name: string, condition: string, plugin = pluginName) => ({
    kind: "access_monitoring_rule",
    version: "v1",
    metadata: { name },
    spec: {
      subjects: ["access_request"],
      condition,
      notification: { name: plugin, recipients: ["bob@example.com"] },
    },
  });
  return [
    toRule("by-label", `access_request.spec.resource_labels_intersection["env"].contains("prod")`),
    toRule("by-trait", `user.traits["level"].contains("L1")`),
    toRule("of-others", "true", "another-plugin"),
  ];
}

/** What differs from run to run, each in the order of its appearance. */
const chances: readonly (readonly [string, RegExp])[] = [
  ["time", /\d{4}-\d\d-\d\dT[\d:.]+Z/gu],
  ["uuid", /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu],
  ["id", /(?<![0-9a-z])(?:[0-9a-z]{26}|[0-9a-f]{32})(?![0-9a-z])/gu],
];

function withoutChance(text: string): string {
  return chances.reduce((rest, [name, pattern]) => {
    const seen: string[] = [];
    return rest.replace(pattern, (found) => {
      if (!seen.includes(found)) seen.push(found);
      return `<${name}-${seen.indexOf(found) + 1}>`;
    });
  }, text);
}
