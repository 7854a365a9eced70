import type { AccessListSpec } from "../cluster/access-list-store.ts";
import type { ResourceSpec } from "../cluster/resource-catalog.ts";

/** Resources that `auth-ctl create --resources` can name. */
export const sampleResources: readonly ResourceSpec[] = [
  { kind: "node", name: "f0c37a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6", hostname: "web-1", labels: { env: "prod" } },
  { kind: "node", name: "0b6f2f57-5c2a-4b4e-9a63-2f4b8d1c9e70", hostname: "web-2", labels: { env: "staging" } },
  { kind: "app", name: "grafana", description: "Dashboards", labels: { env: "prod" } },
  { kind: "db", name: "orders", labels: { env: "prod" } },
  { kind: "kube_cluster", name: "kube-prod", labels: { env: "prod" } },
];

/** A list that `auth-ctl promote` can name, by name or title. */
export const sampleAccessLists: readonly AccessListSpec[] = [
  {
    name: "3f0c1d9a-4a57-4c9b-9a1e-2b8d7c6e5f40",
    title: "Production on-call",
    description: "People who may touch production",
    owners: [{ name: "bob@example.com" }],
    members: ["carol@example.com"],
  },
];
