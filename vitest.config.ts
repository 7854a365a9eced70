import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "repository", include: ["tests/**/*.test.ts"] } },
      "packages/*/vitest.config.ts",
      "apps/*/vitest.config.ts",
    ],
  },
});
