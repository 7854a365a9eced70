import { createServer, request } from "node:http";
import { systemClock as clock, createRateLimiter, silentLog } from "@access-plugins/core";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createMattermostMessenger } from "./index.ts";
import { createFakeMattermostServer } from "./testing/index.ts";

/** A proxy that passes plain requests on, as it is done for `http` addresses, and keeps where to. */
async function openProxy() {
  const targets: string[] = [];
  const proxy = createServer((incoming, response) => {
    const { method, headers, url = "" } = incoming;
    targets.push(new URL(url).host);
    const outgoing = request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const { port } = z.object({ port: z.number() }).parse(proxy.address());
  return { url: `http://127.0.0.1:${port}`, targets };
}

async function findBot(none: string) {
  const [proxy, fake] = await Promise.all([openProxy(), createFakeMattermostServer()]);
  onTestFinished(fake.close);
  // This machine under an address that is not always called directly.
  const url = fake.url.replace("127.0.0.1", "0.0.0.0");
  const messenger = createMattermostMessenger(
    { url },
    {
      clock,
      log: silentLog,
      limiter: createRateLimiter({ clock }),
      token: () => fake.token,
      proxy: { http: proxy.url, https: proxy.url, none },
    },
  );
  const call = { signal: AbortSignal.timeout(20_000), lane: "", mayStart: () => true };
  const levels: string[] = [];
  for await (const { level } of messenger.check(call)) levels.push(level);
  return { levels, targets: proxy.targets, host: new URL(url).host };
}

it("calls the server through the proxy that is named", async () => {
  const { levels, targets, host } = await findBot("");
  expect(levels).not.toContain("error");
  expect(new Set(targets)).toEqual(new Set([host]));
});

it("calls hosts directly that are to have no proxy", async () => {
  const { levels, targets } = await findBot("0.0.0.0");
  expect(levels).not.toContain("error");
  expect(targets).toEqual([]);
});
