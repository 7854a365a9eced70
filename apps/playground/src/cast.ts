import type { SimulatedPerson, SimulatedRecipient } from "@access-plugins/testing/simulation";

/** Who has an account on the chat platforms. Ghost has none. */
export const people: readonly SimulatedPerson[] = [
  { name: "Bob", email: "bob@example.com" },
  { name: "Carol", email: "carol@example.com" },
];

/** Everybody's requests go to one channel; one configured recipient does not exist, as it happens. */
export const roles: Readonly<Record<string, readonly SimulatedRecipient[]>> = {
  "*": [{ channel: "access-requests" }, { person: "ghost@example.com" }],
};
