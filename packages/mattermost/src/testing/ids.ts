import { randomInt } from "node:crypto";

/** Mattermost's alphabet: 0, 2, l and v are never in an id. */
const alphabet = "13456789abcdefghijkmnopqrstuwxyz";

/** 26 random characters, as ids and tokens have. */
export function newId(): string {
  return Array.from({ length: 26 }, () => alphabet[randomInt(alphabet.length)]).join("");
}
