import { describe, expect, test } from "vitest";
import { abortable } from "./abortable.ts";

describe("a wait that can be left", () => {
  test("gives what the promise gives", async () => {
    const { signal } = new AbortController();
    expect(await abortable(Promise.resolve(1), signal)).toBe(1);
    await expect(abortable(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  });

  test("ends with the signal, before or during the wait, and keeps its reason", async () => {
    const controller = new AbortController();
    const waiting = abortable(new Promise<never>(() => {}), controller.signal);
    const reason = new Error("shutdown");
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: "aborted", cause: reason });
    await expect(abortable(new Promise<never>(() => {}), controller.signal)).rejects.toMatchObject({ code: "aborted" });
  });
});
