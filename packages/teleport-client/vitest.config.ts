import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "teleport-client", include: ["src/**/*.test.ts"] } });
