import { join } from "node:path";
import { runChild } from "@access-plugins/testing/child-process";
import { findSimulations } from "@access-plugins/testing/find-simulations";
import { expect, it } from "vitest";

it("plays the story on every platform to its end and exits 0", { timeout: 180_000 }, async () => {
  const told = await runChild([join(import.meta.dirname, "main.ts"), "--once"]);
  for (const { title } of await findSimulations()) {
    for (const status of ["PENDING", "APPROVED", "DENIED", "EXPIRED"]) {
      const message = told.split("╭─").find((part) => part.startsWith(` ${title} `) && part.includes(status));
      expect(message, `${title} shows ${status}`).toBeDefined();
    }
  }
  expect(told).toContain("recipient=ghost@example.com");
});
