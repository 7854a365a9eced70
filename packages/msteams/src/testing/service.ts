import {
  type Answer,
  createFakeHost,
  type FakeHost,
  type HostRequest,
  type ListenOptions,
} from "@access-plugins/testing/fake-http";
import { parseJson } from "./answer.ts";

/** One of Microsoft's three services. */
export interface Service {
  /** What kind of call this is, and which conversation, person or team it is about. */
  identify(request: HostRequest): { readonly method: string; readonly channel: string };
  /** Carries it out; what is no success has had no effect. */
  answer(request: HostRequest): Answer;
}

/** Opens a service at its own port. */
export function openService(
  service: Service,
  options: ListenOptions,
  control: (name: string, body: unknown) => unknown = refuseControl,
): Promise<FakeHost> {
  return createFakeHost(options, {
    identify: (request) => ({ ...service.identify(request), content: parseJson(request.body) }),
    carryOut(request) {
      const answer = service.answer(request);
      return { answer, done: answer.status < 300 };
    },
    control,
  });
}

function refuseControl(): never {
  throw new Error("Control commands are the connector's.");
}
