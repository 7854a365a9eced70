import { type Call, type Clock, PluginError } from "@access-plugins/core";
import type { z } from "zod";
import type { Catalogue } from "./catalogue.ts";
import type { BatchPart, GraphCall, GraphClient } from "./client/graph.ts";
import { objectBuckets, operationBuckets } from "./limits.ts";
import { createLookupCache } from "./lookup-cache.ts";
import { quote, toFilter } from "./odata.ts";
import { installationsAnswer, userAnswer, usersAnswer } from "./wire.ts";

/** A person as Entra knows them. */
export type Person = z.output<typeof userAnswer>;

/** Somebody who was looked up, and their installation of our app as far as the same call told it. */
interface FoundPerson {
  readonly person: Person;
  /** Undefined: not known yet. */
  readonly installation: Installation | undefined;
}

/** An installation of our app; without an id the app is not installed. */
export interface Installation {
  readonly id: string | undefined;
}

/** Finds people by e-mail address or Entra id. */
export interface People {
  find(raw: string, call: Call): Promise<FoundPerson>;
}

const lifetimeMs = 10 * 60_000;
const select = "$select=id,displayName,mail,userPrincipalName,accountEnabled";

/**
 * Who somebody is and whether the app is there are asked in one HTTP call (`$batch`): the second question can be asked
 * by the address itself, because most addresses are user principal names. Only questions about one person share a
 * batch: it is answered when its slowest part is.
 */
export function createPeople(graph: GraphClient, catalogue: Catalogue, clock: Clock): People {
  const people = createLookupCache<Person>(lifetimeMs, clock);

  async function ask(raw: string, call: Call): Promise<FoundPerson> {
    const app = await catalogue.findApp(call);
    const byEmail = raw.includes("@");
    const [who, apps] = await graph.batch([byEmail ? byAddress(raw) : byId(raw), installationsOf(raw, app.id)], call);
    if (who === undefined || apps === undefined) throw new Error("a batch of two has two answers");
    const person = byEmail ? await readByAddress(raw, who, call) : readById(raw, who);
    return { person, installation: isKeyOf(person, raw) ? readInstallation(apps) : undefined };
  }

  async function readByAddress(email: string, who: BatchPart, call: Call): Promise<Person> {
    const found = who.read(usersAnswer).value;
    const person = found.find(({ mail }) => isSame(mail, email)) ?? found[0];
    if (person !== undefined) return person;
    const [other] = (await graph.get(byOtherAddress(email), usersAnswer, call)).value;
    if (other === undefined) throw unknown(email, `User by email ${email} not found`);
    return other;
  }

  return {
    async find(raw, call) {
      let found: FoundPerson | undefined;
      const person = await people.get(raw.toLowerCase(), call, async () => {
        found = await ask(raw, call);
        return found.person;
      });
      return found ?? { person, installation: undefined };
    },
  };
}

/** The installations of our app for a person, by id or user principal name. */
export function installationsOf(user: string, appId: string): GraphCall {
  const query = `$expand=teamsApp&${toFilter(`teamsApp/id eq ${quote(appId)}`)}`;
  const operation = "graph.getInstalledApps";
  const path = `/users/${encodeURIComponent(user)}/teamwork/installedApps?${query}`;
  return { operation, buckets: objectBuckets(operation, user.toLowerCase()), path };
}

function byAddress(email: string): GraphCall {
  return usersWhere(`mail eq ${quote(email)} or userPrincipalName eq ${quote(email)}`);
}

/** Aliases. Asked only for who is not found otherwise. */
function byOtherAddress(email: string): GraphCall {
  return usersWhere(`proxyAddresses/any(p:p eq ${quote(`smtp:${email}`)})`);
}

function usersWhere(filter: string): GraphCall {
  const operation = "graph.getUser";
  return { operation, buckets: operationBuckets(operation), path: `/users?${toFilter(filter)}&${select}` };
}

function byId(id: string): GraphCall {
  const operation = "graph.getUser";
  return { operation, buckets: operationBuckets(operation), path: `/users/${encodeURIComponent(id)}?${select}` };
}

function readById(id: string, who: BatchPart): Person {
  if (who.status === 404) throw unknown(id, `User ${id} not found`);
  return who.read(userAnswer);
}

/** Any other answer than a plain list is asked for again, alone: then it is judged. */
function readInstallation(apps: BatchPart): Installation | undefined {
  if (apps.status !== 200) return undefined;
  return { id: apps.read(installationsAnswer).value[0]?.id };
}

/** Whether Graph takes `raw` for this very person: only then the second answer is about them. */
function isKeyOf({ id, userPrincipalName }: Person, raw: string): boolean {
  return isSame(id, raw) || isSame(userPrincipalName, raw);
}

function isSame(one: string | null | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

function unknown(raw: string, message: string): PluginError {
  return new PluginError("recipient_unknown", `${message}.`, {
    operation: "graph.getUser",
    recipient: raw,
    reason: "user_unknown",
    fix: "Check the address: nobody in the tenant has it as mail address, user principal name or alias. The person's object id from Entra works, too.",
  });
}
