import { describe, expect, it } from "vitest";
import { joinWhatFits, newestThatFit } from "./fitting.ts";

const same = (text: string) => text;
const many = Array.from({ length: 100 }, (_, index) => `item${index}`);

describe("joinWhatFits", () => {
  it("joins everything that has room", () => {
    expect(joinWhatFits(["a", "b", "c"], 100, same)).toBe("a, b, c");
  });

  it("counts what has no room, and stays within the limit", () => {
    const text = joinWhatFits(many, 100, same);
    expect(text).toMatch(/^item0, item1, .* and \d+ more$/u);
    expect(text.length).toBeLessThanOrEqual(100);
  });

  it("counts everything when nothing has room", () => {
    expect(joinWhatFits(["x".repeat(100)], 50, same)).toBe("1 not shown here");
  });

  it("makes no text of items it does not show", () => {
    let made = 0;
    joinWhatFits(many, 100, (text) => {
      made += 1;
      return text;
    });
    expect(made).toBeLessThan(20);
  });
});

describe("newestThatFit", () => {
  it("keeps the order", () => {
    expect(newestThatFit(["a", "b"], 100, same)).toBe("a\nb");
  });

  it("drops the oldest and counts them", () => {
    const lines = newestThatFit(many, 100, same).split("\n");
    expect(lines[0]).toMatch(/^\d+ earlier not shown here$/u);
    expect(lines.at(-1)).toBe("item99");
  });
});
