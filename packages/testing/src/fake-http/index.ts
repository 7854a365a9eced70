export type { Answer } from "./answer.ts";
export type { Barrier, BarrierPlace } from "./barriers.ts";
export type { CallRecord } from "./call-journal.ts";
export type { CallMatch } from "./call-match.ts";
export { createFakeHost, type FakeHost, type HostRequest, type HostRules, type ListenOptions } from "./fake-host.ts";
export { type Fault, faultSchema } from "./faults.ts";
export { summarizeCalls } from "./summary.ts";
