import { describe, expect, it } from "vitest";
import { percentile, toSpan } from "./figures.ts";
import { rows } from "./rows.ts";
import { toSubject } from "./subject.ts";
import { renderRow } from "./table.ts";
import { countTold } from "./told.ts";

const row = { name: "burst", title: "many at once", given: "limits off", target: "soon", run: async () => ({}) };

describe("a row of the table", () => {
  it("has its preconditions in the header and each subject beside ours, with ratios", () => {
    const text = renderRow("Chat", row, [
      { subject: "ours", figures: { "last, ms": 50, told: 3 } },
      { subject: "theirs", figures: { "last, ms": 100 }, fault: "it ended" },
    ]);
    expect(text).toContain("Chat; limits off. To reach: soon.");
    expect(text).toContain("| last, ms | 50 | 100 | 0.50 |");
    expect(text).toContain("| told | 3 | - | - |");
    expect(text).toContain("theirs: it ended");
  });

  it("has a name of its own", () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });
});

describe("countTold", () => {
  const id = (digit: number) => `00000000-0000-7000-8000-00000000000${digit}`;
  const message = (digit: number, place: string, text = "PENDING") => ({
    id: "m",
    place,
    text: `${id(digit)} ${text}`,
  });

  it("counts each place once for a request, and what is beyond as duplicates", () => {
    const messages = [message(1, "a"), message(1, "b", "approved"), message(1, "a"), message(2, "a"), message(3, "a")];
    expect(countTold(messages, [id(1), id(2)], "APPROVED")).toEqual({ told: 3, duplicates: 1, showing: 1 });
  });
});

describe("figures", () => {
  it("are taken from calls of one kind that were accepted, since a moment", () => {
    const calls = [
      { kind: "post", at: 5, endedAt: 6, accepted: true },
      { kind: "post", at: 11, endedAt: 14, accepted: true },
      { kind: "post", at: 12, endedAt: 30, accepted: true },
      { kind: "post", at: 13, endedAt: 90, accepted: false },
      { kind: "edit", at: 13, endedAt: 99, accepted: true },
    ] as const;
    expect(toSpan(calls, "post", 10)).toEqual({ first: 4, last: 20 });
    expect(toSpan([], "post", 10)).toEqual({ first: 0, last: 0 });
  });

  it("know percentiles", () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)]).toEqual([51, 100, 0]);
  });
});

describe("a peer's command", () => {
  it("is split into words and named by its program", () => {
    expect(toSubject("/opt/bin/other start --config {config}")).toEqual({
      label: "other",
      command: ["/opt/bin/other", "start", "--config", "{config}"],
    });
  });

  it("has to say where the configuration goes", () => {
    expect(() => toSubject("other start")).toThrow("other start {config}");
  });
});
