import type { SimulatedMessage } from "../simulation.ts";

/** Every message shows its request's id, and no other of this form. Undefined where there is none. */
export function requestIdIn(text: string): string | undefined {
  return /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u.exec(text)?.[0];
}

/** Which request a message is about. It never changes, and what a message shows is dear to make: it is remembered. */
export type RequestOf = (message: SimulatedMessage) => string | undefined;

export function createRequestOf(): RequestOf {
  const known = new Map<string, string | undefined>();
  return (message) => {
    if (!known.has(message.id)) known.set(message.id, requestIdIn(message.text));
    return known.get(message.id);
  };
}
