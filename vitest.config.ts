import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // The JSON report is what `.ci/run` counts.
    reporters: ["default", ["json", { outputFile: "node_modules/.cache/test-report.json" }]],
    projects: [
      { test: { name: "repository", include: ["tests/**/*.test.ts"] } },
      "packages/*/vitest.config.ts",
      "apps/*/vitest.config.ts",
    ],
  },
});
