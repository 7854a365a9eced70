import fc from "fast-check";
import { expect, it } from "vitest";
import { createLinkedList } from "./linked-list.ts";

type Operation = { readonly do: "push" } | { readonly do: "shift" } | { readonly do: "remove"; readonly at: number };

const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    fc.constant({ do: "push" as const }),
    fc.constant({ do: "shift" as const }),
    fc.record({ do: fc.constant("remove" as const), at: fc.nat(20) }),
  ),
  { maxLength: 60, size: "max" },
);

it("does what an array does, whatever is pushed, shifted and removed in whatever order", () => {
  fc.assert(
    fc.property(operations, (steps) => {
      const list = createLinkedList<number>();
      let model: number[] = [];
      const removers: (() => boolean)[] = [];
      for (const step of steps) {
        if (step.do === "push") {
          model.push(removers.length);
          removers.push(list.push(removers.length));
        } else if (step.do === "shift") {
          expect(list.shift()).toBe(model.shift());
        } else {
          const remove = removers[step.at];
          if (remove === undefined) continue;
          expect(remove()).toBe(model.includes(step.at));
          model = model.filter((value) => value !== step.at);
        }
        expect(list.size()).toBe(model.length);
      }
      expect(Array.from(model, () => list.shift())).toEqual(model);
      expect(list.shift()).toBeUndefined();
    }),
  );
});
