import {
  type PaginatedResource,
  PaginatedResourceSchema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { create } from "@bufbuild/protobuf";

/** The kinds of resources that `ListResources` knows here. */
export const resourceKinds = [
  "node",
  "app",
  "db",
  "kube_cluster",
  "user_group",
  "windows_desktop",
  "git_server",
  "aws_ic_account",
] as const;

/** A resource that requests may name. */
export interface ResourceSpec {
  readonly kind: (typeof resourceKinds)[number];
  /** What requests carry: a UUID for nodes, the name for the others. */
  readonly name: string;
  /** Of nodes: the name that people know. */
  readonly hostname?: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels whose values a command on its host prints; nodes, apps, databases and Kubernetes clusters have them. */
  readonly dynamicLabels?: Readonly<Record<string, string>>;
  /** How many agents serve it, each listed by itself: apps, databases and Kubernetes clusters. Default 1. */
  readonly agents?: number;
}

/** The resources of the cluster. */
export interface ResourceCatalog {
  readonly all: ReadonlyMap<string, ResourceSpec>;
  /** Adds or replaces. */
  set(resource: ResourceSpec): void;
  delete(kind: ResourceSpec["kind"], name: string): void;
}

export function createResourceCatalog(resources: readonly ResourceSpec[]): ResourceCatalog {
  const key = (kind: string, name: string) => `${kind}/${name}`;
  const all = new Map(resources.map((resource) => [key(resource.kind, resource.name), resource]));
  return {
    all,
    set: (resource) => void all.set(key(resource.kind, resource.name), resource),
    delete: (kind, name) => void all.delete(key(kind, name)),
  };
}

/** The `ResourceType` under which `ListResources` lists a kind. */
export const resourceTypes: Readonly<Record<ResourceSpec["kind"], string>> = {
  node: "node",
  app: "app_server",
  db: "db_server",
  kube_cluster: "kube_server",
  user_group: "user_group",
  windows_desktop: "windows_desktop",
  git_server: "git_server",
  aws_ic_account: "aws_ic_account",
};

/** The resource as the wire has it. */
export function toResourceMessage(resource: ResourceSpec): PaginatedResource {
  return create(PaginatedResourceSchema, { resource: toMember(resource) });
}

type Member = NonNullable<Parameters<typeof create<typeof PaginatedResourceSchema>>[1]>["resource"];

function toMember(resource: ResourceSpec): NonNullable<Member> {
  const { kind, name, hostname: Hostname = name, description = "", labels = {} } = resource;
  const Metadata = { Name: name, Namespace: "default", Description: description, Labels: { ...labels } };
  const DynamicLabels = toCommandLabels(resource.dynamicLabels);
  const HostID = `host-of-${name}`;
  switch (kind) {
    case "node":
    case "git_server": {
      const value = { Kind: kind, Version: "v2", Metadata, Spec: { Hostname, CmdLabels: DynamicLabels } };
      return { case: kind === "node" ? "Node" : "gitServer", value };
    }
    case "app":
    case "aws_ic_account": {
      const account = kind === "app" ? {} : { IdentityCenter: { AccountID: name } };
      const App = { Kind: kind, Version: "v3", Metadata, Spec: { DynamicLabels, ...account } };
      return { case: "AppServer", value: { Kind: "app_server", Version: "v3", Metadata, Spec: { HostID, App } } };
    }
    case "db": {
      const Database = { Kind: "db", Version: "v3", Metadata, Spec: { DynamicLabels } };
      return { case: "DatabaseServer", value: { Kind: "db_server", Version: "v3", Metadata, Spec: { Database } } };
    }
    case "kube_cluster": {
      const Cluster = { Kind: "kube_cluster", Version: "v3", Metadata, Spec: { DynamicLabels } };
      return { case: "KubernetesServer", value: { Kind: "kube_server", Version: "v3", Metadata, Spec: { Cluster } } };
    }
    case "user_group":
      return { case: "UserGroup", value: { Header: { Kind: kind, Version: "v1", Metadata } } };
    case "windows_desktop":
      return { case: "WindowsDesktop", value: { Header: { Kind: kind, Version: "v3", Metadata } } };
  }
}

function toCommandLabels(labels: ResourceSpec["dynamicLabels"] = {}) {
  return Object.fromEntries(Object.entries(labels).map(([label, Result]) => [label, { Result }]));
}
