import {
  type AccessMonitoringRule,
  AccessMonitoringRulesService,
  ListAccessMonitoringRulesResponseSchema,
  type ListAccessMonitoringRulesWithFilterRequest,
  ListAccessMonitoringRulesWithFilterResponseSchema,
} from "@access-plugins/teleport-client/gen/teleport/accessmonitoringrules/v1/accessmonitoringrules_pb";
import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { type Cluster, callerOf } from "../cluster/cluster.ts";
import { checkRule } from "../cluster/monitoring-rule-check.ts";
import { toPage } from "../cluster/paging.ts";
import type { CallContext } from "../grpc/call-context.ts";
import type { GrpcHost } from "../grpc/grpc-host.ts";
import { alreadyExists, badParameter, compareFailed, notFound } from "../grpc/status-error.ts";

const KIND = "access_monitoring_rule";

/** Access monitoring rules: written, read, listed for a plugin. */
export function serveMonitoringRules(host: GrpcHost, cluster: Cluster): void {
  const { monitoringRules: rules } = cluster;
  const demand = (context: CallContext, ...verbs: string[]) => callerOf(cluster, context).demand(KIND, ...verbs);
  const checked = (rule: AccessMonitoringRule | undefined) => {
    if (!rule) throw badParameter("access monitoring rule is missing");
    checkRule(rule, cluster.profile.resourceExpiry);
    return rule;
  };
  host.serve(AccessMonitoringRulesService, {
    createAccessMonitoringRule({ rule }, context) {
      demand(context, "create");
      const made = checked(rule);
      if (rules.get(nameOf(made))) throw alreadyExists(`${KIND} "${nameOf(made)}" already exists`);
      return rules.put(made);
    },
    updateAccessMonitoringRule({ rule }, context) {
      demand(context, "update");
      const changed = checked(rule);
      const stored = existing(rules.get(nameOf(changed)), nameOf(changed));
      if (changed.metadata?.revision !== stored.metadata?.revision) {
        throw compareFailed(`resource revision does not match, it may have been concurrently created|modified|deleted`);
      }
      return rules.put(changed);
    },
    upsertAccessMonitoringRule({ rule }, context) {
      demand(context, "create", "update");
      return rules.put(checked(rule));
    },
    getAccessMonitoringRule({ name }, context) {
      demand(context, "read");
      return existing(rules.get(name), name);
    },
    deleteAccessMonitoringRule({ name }, context) {
      demand(context, "delete");
      if (!rules.delete(name)) throw notFound(`${KIND} "${name}" doesn't exist`);
      return create(EmptySchema);
    },
    listAccessMonitoringRules({ pageSize, pageToken }, context) {
      demand(context, "list", "read");
      const page = toPage(rules.all(), nameOf, { size: Number(pageSize), start: pageToken });
      return create(ListAccessMonitoringRulesResponseSchema, { rules: [...page.items], nextPageToken: page.next });
    },
    listAccessMonitoringRulesWithFilter(query, context) {
      demand(context, "list", "read");
      const fitting = [...rules.all()].filter((rule) => matches(rule, query));
      const page = toPage(fitting, nameOf, { size: Number(query.pageSize), start: query.pageToken });
      return create(ListAccessMonitoringRulesWithFilterResponseSchema, {
        rules: [...page.items],
        nextPageToken: page.next,
      });
    },
  });
}

const nameOf = (rule: AccessMonitoringRule) => rule.metadata?.name ?? "";

function existing(rule: AccessMonitoringRule | undefined, name: string): AccessMonitoringRule {
  if (!rule) throw notFound(`${KIND} "${name}" doesn't exist`);
  return rule;
}

/** All given subjects are contained, and the names are equal where given. */
function matches({ spec }: AccessMonitoringRule, query: ListAccessMonitoringRulesWithFilterRequest): boolean {
  return (
    query.subjects.every((subject) => spec?.subjects.includes(subject)) &&
    (query.notificationName === "" || spec?.notification?.name === query.notificationName) &&
    (query.automaticReviewName === "" || spec?.automaticReview?.integration === query.automaticReviewName)
  );
}
