import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "msteams", include: ["src/**/*.test.ts"] } });
