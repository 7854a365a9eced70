import { PluginError } from "../base/plugin-error.ts";
import { toResourceText } from "../domain/access-request.ts";
import type { Call } from "../messenger.ts";
import type { ResourceDetails, User } from "../teleport.ts";
import type { Enrichment, Wanted } from "./enrichment.ts";
import { type LookUps, mayPass } from "./lookups.ts";
import { needTraits, toLogins } from "./role-logins.ts";

/** Finds what messages show beyond the request itself. */
export interface Enricher {
  /**
   * Looks everything up at once and tells each part as soon as it is known. Never throws: what cannot be read is left
   * out. True when asking again later may bring more.
   */
  enrich(wanted: Wanted, call: Call, onFound: (part: Partial<Enrichment>) => void): Promise<boolean>;
}

export function createEnricher(lookUps: LookUps): Enricher {
  /** All resources of one kind; an answer without a name is an answer. */
  async function findNames(ids: Wanted["resources"], call: Call): Promise<Partial<Enrichment>> {
    const details = await lookUps.findResources(ids, call);
    const named = ids.flatMap((id) => {
      const text = toResourceText(id);
      const name = toShownName(id.kind, details.get(text));
      return name === undefined ? [] : [[text, id.subResource ? `${name}/${id.subResource}` : name] as const];
    });
    return { resources: new Map(named) };
  }

  async function findLogins(name: string, user: string, call: Call): Promise<Partial<Enrichment>> {
    const role = await lookUps.findRole(name, call);
    const templated = needTraits([...role.allow.logins, ...role.deny.logins]);
    const logins = toLogins(role, templated ? await findTraits(user, call) : undefined);
    return { logins: new Map([[name, logins]]) };
  }

  /** Traits that will not become readable soon leave the templates as they are; other failures are the caller's. */
  async function findTraits(user: string, call: Call): Promise<User["traits"] | undefined> {
    try {
      return await lookUps.findTraits(user, call);
    } catch (thrown) {
      if (mayPass(PluginError.from(thrown))) throw thrown;
      return undefined;
    }
  }

  return {
    async enrich({ request, resources, roles }, call, onFound) {
      const { user } = request;
      const kinds = [...Map.groupBy(resources, ({ kind }) => kind).values()];
      const parts = [...kinds.map((ids) => findNames(ids, call)), ...roles.map((name) => findLogins(name, user, call))];
      const ends = await Promise.all(parts.map((part) => settle(part, onFound)));
      return ends.includes("again");
    },
  };
}

async function settle(
  part: Promise<Partial<Enrichment>>,
  onFound: (part: Partial<Enrichment>) => void,
): Promise<"done" | "again"> {
  try {
    onFound(await part);
    return "done";
  } catch (thrown) {
    return mayPass(PluginError.from(thrown)) ? "again" : "done";
  }
}

/** As the official plugins write it. */
function toShownName(kind: string, details: ResourceDetails | undefined): string | undefined {
  return details?.name === undefined ? undefined : `${kind}/${details.name}`;
}
