import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "teleport-mattermost", include: ["src/**/*.test.ts"] } });
