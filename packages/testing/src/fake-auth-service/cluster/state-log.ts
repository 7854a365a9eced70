import {
  type Event,
  EventSchema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { fromBinary } from "@bufbuild/protobuf";
import { z } from "zod";
import type { AccessRequestStore } from "../access-requests/access-request-store.ts";
import type { AccessListStore } from "./access-list-store.ts";
import { type EventFanout, toPutBytes } from "./event-fanout.ts";
import type { MonitoringRuleStore } from "./monitoring-rule-store.ts";
import type { PluginDataStore } from "./plugin-data-store.ts";

/** The changing part of a cluster as lines of text, so that a later run can go on where this one ended. */
export interface StateLog {
  /** Sees every change of requests, rules, access lists (but their members) and plugin data as one line. */
  onChange(see: (line: string) => void): void;
  /** Everything there is now. */
  lines(): Iterable<string>;
  /** Takes over what the lines of an earlier run say, later ones winning. Throws for a line that is none. */
  restore(lines: Iterable<string>): void;
}

export interface LoggedState {
  readonly fanout: EventFanout;
  readonly requests: AccessRequestStore;
  readonly monitoringRules: MonitoringRuleStore;
  readonly accessLists: AccessListStore;
  readonly pluginData: PluginDataStore;
}

const lineSchema = z.union([
  z.strictObject({ key: z.string(), event: z.base64().optional() }),
  z.strictObject({
    key: z.string(),
    data: z.object({
      kind: z.enum(["access_request", "access_list"]),
      subject: z.string(),
      revision: z.string(),
      expires: z.number(),
      entries: z.record(z.string(), z.record(z.string(), z.string())),
    }),
  }),
]);

type Line = z.infer<typeof lineSchema>;

/** Requests, rules and lists are logged as the events that announced them, plugin data as JSON. */
export function createStateLog(state: LoggedState): StateLog {
  const { fanout, requests, monitoringRules, accessLists, pluginData } = state;
  return {
    onChange(see) {
      fanout.observe(({ kind, name, operation, bytes }) => {
        see(toText({ key: `${kind}/${name}`, ...(operation === "PUT" ? { event: toBase64(bytes) } : {}) }));
      });
      pluginData.onChange((data) => see(toText({ key: `data/${data.kind}/${data.subject}`, data })));
    },
    *lines() {
      for (const { id, message } of requests.all()) yield toPutLine(`access_request/${id}`, "AccessRequest", message);
      for (const rule of monitoringRules.all()) {
        yield toPutLine(`access_monitoring_rule/${rule.metadata?.name}`, "AccessMonitoringRule", rule);
      }
      for (const [name, { message }] of accessLists.all) yield toPutLine(`access_list/${name}`, "AccessList", message);
      for (const data of pluginData.all()) yield toText({ key: `data/${data.kind}/${data.subject}`, data });
    },
    restore(lines) {
      const latest = new Map<string, Line>();
      for (const text of lines) {
        const line = lineSchema.parse(JSON.parse(text));
        // Requests keep the order of their creation, whatever was written last.
        latest.set(line.key, line);
      }
      for (const line of latest.values()) restoreLine(line, state);
    },
  };
}

function restoreLine(line: Line, { requests, monitoringRules, accessLists, pluginData }: LoggedState): void {
  if ("data" in line) {
    pluginData.restore(line.data);
    return;
  }
  if (!line.event) return;
  const { Resource } = fromBinary(EventSchema, Buffer.from(line.event, "base64"));
  if (Resource.case === "AccessRequest") requests.restore(Resource.value);
  else if (Resource.case === "AccessMonitoringRule") monitoringRules.restore(Resource.value);
  else if (Resource.case === "AccessList") accessLists.restore(Resource.value);
}

function toPutLine<C extends "AccessRequest" | "AccessMonitoringRule" | "AccessList">(
  key: string,
  kind: C,
  value: Extract<Event["Resource"], { case: C }>["value"],
): string {
  const resource = { case: kind, value } as Extract<Event["Resource"], { case: C }>;
  return toText({ key, event: toBase64(toPutBytes(resource)) });
}

const toText = (line: Line) => JSON.stringify(line);
const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
