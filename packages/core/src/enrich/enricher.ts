import { PluginError } from "../base/plugin-error.ts";
import { toResourceText } from "../domain/access-request.ts";
import type { Call } from "../messenger.ts";
import type { ResourceDetails, User } from "../teleport.ts";
import type { Enrichment, Wanted } from "./enrichment.ts";
import { type LookUps, toAskAgainMs } from "./lookups.ts";
import { needTraits, toLogins } from "./role-logins.ts";

/** Finds what messages show beyond the request itself. */
export interface Enricher {
  /**
   * Looks everything up at once and tells each part as soon as it is known. Never throws: what cannot be read is left
   * out. Resolves to when asking again may bring more, in milliseconds; infinite when never.
   */
  enrich(wanted: Wanted, call: Call, onFound: OnFound): Promise<number>;
}

type OnFound = (part: Partial<Enrichment>) => void;

export function createEnricher(lookUps: LookUps): Enricher {
  /** All resources of one kind; an answer without a name is an answer. */
  async function findNames(ids: Wanted["resources"], call: Call, onFound: OnFound): Promise<void> {
    const details = await lookUps.findResources(ids, call);
    const named = ids.flatMap((id) => {
      const text = toResourceText(id);
      const name = toShownName(id.kind, details.get(text));
      return name === undefined ? [] : [[text, id.subResource ? `${name}/${id.subResource}` : name] as const];
    });
    onFound({ resources: new Map(named) });
  }

  /** Traits that cannot be read leave templates as the role writes them. */
  async function findLogins(name: string, user: string, call: Call, onFound: OnFound): Promise<void> {
    const role = await lookUps.findRole(name, call);
    const tell = (traits?: User["traits"]) => onFound({ logins: new Map([[name, toLogins(role, traits)]]) });
    if (!needTraits([...role.allow.logins, ...role.deny.logins])) return tell();
    try {
      tell(await lookUps.findTraits(user, call));
    } catch (thrown) {
      tell();
      throw thrown;
    }
  }

  return {
    async enrich({ request, resources, roles }, call, onFound) {
      const kinds = [...Map.groupBy(resources, ({ kind }) => kind).values()];
      const parts = [
        ...kinds.map((ids) => findNames(ids, call, onFound)),
        ...roles.map((name) => findLogins(name, request.user, call, onFound)),
      ];
      return Math.min(...(await Promise.all(parts.map(settle))));
    },
  };
}

async function settle(part: Promise<void>): Promise<number> {
  try {
    await part;
    return Number.POSITIVE_INFINITY;
  } catch (thrown) {
    return toAskAgainMs(PluginError.from(thrown));
  }
}

/** As the official plugins write it. */
function toShownName(kind: string, details: ResourceDetails | undefined): string | undefined {
  return details?.name === undefined ? undefined : `${kind}/${details.name}`;
}
