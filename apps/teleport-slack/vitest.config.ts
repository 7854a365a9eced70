import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "teleport-slack", include: ["src/**/*.test.ts"] } });
