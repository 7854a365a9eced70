import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "teleport-msteams", include: ["src/**/*.test.ts"] } });
