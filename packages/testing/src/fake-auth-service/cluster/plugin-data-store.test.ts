import {
  PluginDataFilterSchema,
  PluginDataUpdateParamsSchema,
} from "@access-plugins/teleport-client/gen/teleport/legacy/types/types_pb";
import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../../fake-clock.ts";
import { createPluginDataStore, type PluginDataStore, toPluginDataMessage } from "./plugin-data-store.ts";

type Data = Readonly<Record<string, string>>;

const HOUR_MS = 3_600_000;

let clock: FakeClock;
let store: PluginDataStore;
let requests: Map<string, number>;

beforeEach(() => {
  clock = createFakeClock();
  requests = new Map([["r1", clock.now().getTime() + HOUR_MS]]);
  store = createPluginDataStore({ now: () => clock.now(), findAccessExpiry: (id) => requests.get(id) });
});

function update(set: Data, expectation: Data = {}, plugin = "slack", of: { kind?: string; name?: string } = {}) {
  const { kind: Kind = "access_request", name: Resource = "r1" } = of;
  return store.update(
    create(PluginDataUpdateParamsSchema, { Kind, Resource, Plugin: plugin, Set: set, Expect: expectation }),
  );
}

const find = (filter: { Kind?: string; Resource?: string; Plugin?: string }) =>
  store.find(create(PluginDataFilterSchema, { Kind: "access_request", ...filter }));

const entry = (plugin = "slack") => store.get("access_request", "r1")?.entries[plugin];

describe("compare", () => {
  const cases: readonly { what: string; before: Data; expect: Data; ok: boolean }[] = [
    { what: "no expectation is no condition", before: { a: "1" }, expect: {}, ok: true },
    { what: "equal values pass", before: { a: "1" }, expect: { a: "1" }, ok: true },
    { what: "another value fails", before: { a: "1" }, expect: { a: "2" }, ok: false },
    { what: "absence is expected with an empty value", before: {}, expect: { a: "" }, ok: true },
    { what: "an expected absence fails when the key is there", before: { a: "1" }, expect: { a: "" }, ok: false },
    { what: "an expected value fails when there is no entry", before: {}, expect: { a: "1" }, ok: false },
    { what: "keys that are not listed are not compared", before: { a: "1", b: "2" }, expect: { b: "2" }, ok: true },
    { what: "one wrong key of two fails", before: { a: "1", b: "2" }, expect: { a: "1", b: "x" }, ok: false },
  ];
  test.each(cases)("$what", ({ before, expect: expectation, ok }) => {
    update(before);
    const attempt = () => update({ new: "value" }, expectation);
    if (ok) {
      attempt();
      expect(entry()?.["new"]).toBe("value");
    } else {
      expect(attempt).toThrow(/^expectations not met for field "[ab]"$/);
      expect(entry()?.["new"]).toBeUndefined();
    }
  });

  test("a failed comparison is FailedPrecondition and writes nothing", () => {
    const before = update({ a: "1" });
    expect(() => update({ a: "2" }, { a: "other" })).toThrow(
      expect.objectContaining({ code: status.FAILED_PRECONDITION }),
    );
    expect(store.get("access_request", "r1")).toBe(before);
  });

  test("only the plugin's own entry is compared", () => {
    update({ a: "theirs" }, {}, "mattermost");
    update({ a: "ours" }, { a: "" });
    expect(entry()).toEqual({ a: "ours" });
    expect(entry("mattermost")).toEqual({ a: "theirs" });
  });
});

describe("set", () => {
  test("an empty value deletes its key, other keys stay", () => {
    update({ a: "1", b: "2" });
    update({ a: "" });
    expect(entry()).toEqual({ b: "2" });
  });

  test("an entry without keys goes, the object stays", () => {
    update({ a: "1" });
    update({ a: "" });
    expect(entry()).toBeUndefined();
    expect(find({ Resource: "r1" })).toHaveLength(1);
    expect(find({ Resource: "r1", Plugin: "slack" })).toEqual([]);
  });

  test("the revision changes with each write", () => {
    expect(update({ a: "1" }).revision).not.toBe(update({ a: "1" }).revision);
  });

  test("any sequence of writes leaves what a plain map would hold", () => {
    const keys = fc.constantFrom("a", "b", "__proto__", "constructor");
    const write = fc.dictionary(keys, fc.string({ maxLength: 3 }), { noNullPrototype: false });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), (writes) => {
        const fresh = createPluginDataStore({ now: () => clock.now(), findAccessExpiry: (id) => requests.get(id) });
        const model = new Map<string, string>();
        for (const set of writes) {
          fresh.update(
            create(PluginDataUpdateParamsSchema, { Kind: "access_request", Resource: "r1", Plugin: "p", Set: set }),
          );
          for (const [key, value] of Object.entries(set)) {
            if (value === "") model.delete(key);
            else model.set(key, value);
          }
        }
        const held = Object.entries(fresh.get("access_request", "r1")?.entries["p"] ?? {});
        expect(new Map(held)).toEqual(model);
      }),
    );
  });
});

describe("find", () => {
  test("gives the whole object, other plugins' entries included", () => {
    update({ a: "1" });
    update({ b: "2" }, {}, "mattermost");
    expect(find({ Resource: "r1", Plugin: "slack" })[0]?.entries).toEqual({
      slack: { a: "1" },
      mattermost: { b: "2" },
    });
  });

  test("without a resource gives every object that has the plugin's entry", () => {
    requests.set("r2", clock.now().getTime() + HOUR_MS);
    requests.set("r3", clock.now().getTime() + HOUR_MS);
    update({ a: "1" });
    update({ a: "2" }, {}, "slack", { name: "r2" });
    update({ a: "3" }, {}, "mattermost", { name: "r3" });
    expect(find({ Plugin: "slack" }).map((object) => object.subject)).toEqual(["r1", "r2"]);
    expect(find({})).toHaveLength(3);
  });

  test("kinds are kept apart", () => {
    update({ a: "1" }, {}, "slack", { kind: "access_list", name: "r1" });
    expect(find({ Resource: "r1" })).toEqual([]);
    expect(find({ Kind: "access_list", Resource: "r1" })).toHaveLength(1);
  });

  test("the message is a plugin_data object of the subject's kind", () => {
    const message = toPluginDataMessage(update({ a: "1" }));
    expect([message.Kind, message.SubKind, message.Version]).toEqual(["plugin_data", "access_request", "v3"]);
    expect(message.Metadata?.Name).toBe("r1");
    expect(message.Spec?.Entries["slack"]?.Data).toEqual({ a: "1" });
  });
});

describe("refusals", () => {
  test("another kind is InvalidArgument", () => {
    expect(() => find({ Kind: "node" })).toThrow('unsupported resource kind "node"');
    expect(() => update({ a: "1" }, {}, "slack", { kind: "node" })).toThrow('unsupported resource kind "node"');
  });

  test("a request that does not exist is NotFound", () => {
    const attempt = () => update({ a: "1" }, {}, "slack", { name: "gone" });
    expect(attempt).toThrow('no access request matching "gone"');
    expect(attempt).toThrow(expect.objectContaining({ code: status.NOT_FOUND }));
  });

  test("an access list need not exist", () => {
    expect(update({ a: "1" }, {}, "slack", { kind: "access_list", name: "any" }).subject).toBe("any");
  });

  test("the limit of a million bytes is on the whole object", () => {
    update({ a: "x".repeat(600_000) });
    const attempt = () => update({ b: "y".repeat(400_000) }, {}, "mattermost");
    expect(attempt).toThrow("plugin data size limit exceeded");
    expect(attempt).toThrow(expect.objectContaining({ code: status.INVALID_ARGUMENT }));
    expect(entry("mattermost")).toBeUndefined();
    update({ b: "y".repeat(390_000) }, {}, "mattermost");
  });
});

describe("time", () => {
  test("data outlives its request by an hour after the access expiry", async () => {
    update({ a: "1" });
    requests.delete("r1");
    await clock.advance(2 * HOUR_MS - 1);
    expect(entry()).toEqual({ a: "1" });
    update({ b: "2" });
    await clock.advance(1);
    expect(find({ Resource: "r1" })).toEqual([]);
    expect(() => update({ c: "3" })).toThrow('no access request matching "r1"');
  });

  test("every write of an access list's data starts fourteen days anew", async () => {
    const list = { kind: "access_list", name: "list" };
    update({ a: "1" }, {}, "slack", list);
    await clock.advance(10 * 24 * HOUR_MS);
    update({ b: "2" }, {}, "slack", list);
    await clock.advance(10 * 24 * HOUR_MS);
    expect(store.get("access_list", "list")?.entries).toEqual({ slack: { a: "1", b: "2" } });
    await clock.advance(4 * 24 * HOUR_MS);
    expect(store.get("access_list", "list")).toBeUndefined();
  });
});
