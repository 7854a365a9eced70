import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "slack", include: ["src/**/*.test.ts"] } });
