import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "mattermost", include: ["src/**/*.test.ts"] } });
