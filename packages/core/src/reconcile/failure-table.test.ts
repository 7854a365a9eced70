import { describe, expect, it } from "vitest";
import { errorCodes } from "../base/plugin-error.ts";
import { toVerdict } from "./failure-table.ts";

describe("the failure table", () => {
  it("has a verdict for every code", () => {
    const byVerdict = Object.groupBy(errorCodes, toVerdict);
    expect(byVerdict).toEqual({
      retry: ["rate_limited", "unavailable", "timeout"],
      again: ["conflict"],
      client: ["unauthenticated", "forbidden", "missing_scope"],
      blocked: [
        "recipient_unknown",
        "recipient_forbidden",
        "app_not_installed",
        "invalid_config",
        "invalid_argument",
        "not_found",
        "already_exists",
        "not_implemented",
        "internal",
      ],
      content: ["content_rejected", "too_large"],
      gone: ["recipient_gone", "message_not_found"],
      locked: ["message_locked"],
      stopped: ["aborted"],
    });
  });
});
