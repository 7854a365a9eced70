import { expect } from "vitest";
import type { Child } from "./child-process.ts";
import { pluginRole } from "./fake-auth-service/cluster/defaults.ts";
import type { Theatre } from "./theatre.ts";

const list = "3f0c1d9a-4a57-4c9b-9a1e-2b8d7c6e5f40";
const title = "Database owners7";
const patienceMs = 20_000;

/** The plugin's role as it was before there were access lists. */
const olderRole = {
  ...pluginRole,
  allow: { ...pluginRole.allow, rules: rulesWithout("access_list") },
};

function rulesWithout(resource: string) {
  return (pluginRole.allow?.rules ?? []).filter(({ resources }) => !resources.includes(resource));
}

/** SIGHUP: it looks again at what waits for an operator, reminders among it. */
function hangUp({ pid }: Child): void {
  process.kill(pid, "SIGHUP");
}

/** A review is due: the permission is missing, then granted; the owner is reminded once, whichever process looks. */
export async function remindOfReview(theatre: Theatre): Promise<void> {
  const { auth, platform } = theatre;
  const nextAudit = new Date(Date.now() + 2 * 86_400_000);
  const reminders = () => platform.messages().filter(({ text }) => text.includes(title));
  auth.ping.enterprise = true;
  auth.directory.setRole(olderRole);
  auth.accessLists.set({ name: list, title, owners: [{ name: "bob@example.com" }], nextAudit });
  const first = await theatre.start();
  hangUp(first);
  const off = await first.untilLine(/Reminders of access list reviews are off/u, patienceMs);
  expect(off).toContain("access_list: [list, read]");

  auth.directory.setRole(pluginRole);
  hangUp(first);
  await first.untilLine(/Reminded an owner of access list reviews/u, patienceMs);
  expect(reminders().map(({ text }) => text)).toEqual([
    expect.stringContaining(`due for a review by ${nextAudit.toISOString().slice(0, 10)}`),
  ]);
  const [entry] = Object.values(auth.pluginData(list, "access_list"));
  expect(JSON.parse(entry?.["user_notifications"] ?? "{}")).toEqual({
    "bob@example.com": expect.stringMatching(/^20/u),
  });

  const second = await theatre.start();
  auth.calls.clear();
  for (const plugin of [first, second]) hangUp(plugin);
  const isLook = ({ method, code }: { method: string; code?: unknown }) =>
    method === "GetAccessListOwners" && code === 0;
  await auth.calls.until(() => auth.calls.all.filter(isLook).length >= 2, patienceMs);
  expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0]);
  expect(reminders()).toHaveLength(1);
}
