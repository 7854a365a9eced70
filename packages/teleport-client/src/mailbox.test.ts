import { expect, test } from "vitest";
import { createMailbox } from "./mailbox.ts";

test("hands items over in order, the end last", async () => {
  const mailbox = createMailbox<number>();
  void mailbox.put(1);
  void mailbox.put(2);
  mailbox.fail(new Error("first"));
  mailbox.fail(new Error("second"));
  expect([await mailbox.take(), await mailbox.take()]).toEqual([1, 2]);
  await expect(mailbox.take()).rejects.toThrow("first");
  await expect(mailbox.take()).rejects.toThrow("first");
});

test("lets a producer go on only when its item was taken", async () => {
  const mailbox = createMailbox<number>();
  let taken = false;
  const put = mailbox.put(1).then(() => {
    taken = true;
  });
  await Promise.resolve();
  expect(taken).toBe(false);
  await mailbox.take();
  await put;
  expect(taken).toBe(true);
});

test("wakes whoever waits, for an item and for the end", async () => {
  const mailbox = createMailbox<number>();
  const first = mailbox.take();
  void mailbox.put(7);
  expect(await first).toBe(7);
  const second = mailbox.take();
  mailbox.fail(new Error("over"));
  await expect(second).rejects.toThrow("over");
});
