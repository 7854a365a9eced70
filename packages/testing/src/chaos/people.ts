import { stateName } from "../fake-auth-service/access-requests/access-request-store.ts";
import { defaultUserNames } from "../fake-auth-service/cluster/defaults.ts";
import type { FakeAuthService } from "../fake-auth-service/fake-auth-service.ts";
import { StatusError } from "../fake-auth-service/grpc/status-error.ts";
import type { RequestFacts } from "./oracle.ts";
import type { Act, LifeStep } from "./schedule.ts";

/** Those who file, review, decide and delete requests; they know how they left each. */
export interface People {
  create(act: Extract<Act, { do: "create" }>): void;
  live(act: Extract<Act, { do: "live" }>): void;
  /** Decides what is still open, one way or the other. */
  finish(dice: () => number): void;
  states(): ReadonlyMap<string, RequestFacts["state"]>;
}

/** Needs two approvals: the first is a review only. */
const slowRole = "prod-dba";
const accessList = { name: "chaos-list", title: "Chaos responders" };

export function createPeople(auth: FakeAuthService, note: (text: string, request: string) => void): People {
  const states = new Map<string, RequestFacts["state"]>();
  const ids = new Map<number, string>();

  const steps: Readonly<Record<LifeStep, (id: string, reason: string) => void>> = {
    approve: (id, reason) => auth.review(id, { reason, author: nextReviewer(id) }),
    deny: (id, reason) => auth.review(id, { reason, state: "denied" }),
    resolve: (id, reason) => auth.resolve(id, "approved", { reason }),
    override: (id, reason) => auth.resolve(id, "denied", { reason }),
    promote: (id, reason) => auth.promote(id, accessList, { reason }),
    delete: (id) => auth.deleteRequest(id),
  };

  function nextReviewer(id: string): string {
    return reviewers[auth.request(id)?.Spec?.Reviews.length ?? 0] ?? defaultUserNames.admin;
  }

  function act(step: LifeStep, id: string, dice: number): void {
    note(`somebody: ${step}`, id);
    try {
      steps[step](id, `because of ${Math.floor(dice * 1_000)}`);
    } catch (thrown) {
      // What comes too late is refused, as it would be for people.
      if (!(thrown instanceof StatusError)) throw thrown;
      note(`  refused: ${thrown.message}`, id);
    }
    states.set(id, stateOf(id));
  }

  function stateOf(id: string): RequestFacts["state"] {
    const state = auth.request(id)?.Spec?.State;
    if (state === undefined) return "deleted";
    return (
      (["approved", "denied", "promoted"] as const).find((name) => name === stateName(state).toLowerCase()) ?? "pending"
    );
  }

  return {
    create({ request, dice }) {
      const id = auth.createRequest({ roles: [dice < 0.3 ? slowRole : "editor"], reason: `chaos ${request}` });
      ids.set(request, id);
      states.set(id, "pending");
      note(`request ${request} is created`, id);
    },
    live({ request, step, dice }) {
      const id = ids.get(request);
      if (id !== undefined && stepMakesSense(step, stateOf(id))) act(step, id, dice);
    },
    finish(dice) {
      for (const [id, state] of states) {
        if (state === "pending") act(lastSteps[Math.floor(dice() * lastSteps.length)] ?? "resolve", id, dice());
      }
    },
    states: () => states,
  };
}

const reviewers = [defaultUserNames.reviewer, "carol@example.com"];
const lastSteps: readonly LifeStep[] = ["resolve", "deny", "promote", "delete"];
function stepMakesSense(step: LifeStep, state: RequestFacts["state"]): boolean {
  return step === "override" ? state === "approved" : state === "pending";
}
