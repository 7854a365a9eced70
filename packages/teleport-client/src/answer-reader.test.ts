import { once } from "node:events";
import { type ClientHttp2Stream, connect, createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { readByEvents } from "./answer-reader.ts";

test("an answer that was complete before anybody read it is read whole, and its trailers are there by then", async () => {
  const stream = await ask((answer) => {
    answer.respond({ ":status": 200 }, { waitForTrailers: true });
    answer.once("wantTrailers", () => answer.sendTrailers({ "grpc-status": "0" }));
    answer.end("whole");
  });
  const trailers = once(stream, "trailers");
  await expect.poll(() => stream.closed).toBe(true);
  expect(await read(stream)).toBe("whole");
  expect((await trailers)[0]).toMatchObject({ "grpc-status": "0" });
});

test("an answer in pieces is read as it comes", async () => {
  const next = Promise.withResolvers<void>();
  const stream = await ask(async (answer) => {
    answer.respond({ ":status": 200 });
    answer.write("first");
    await next.promise;
    answer.end("second");
  });
  const reader = stream[Symbol.asyncIterator]();
  expect(String((await reader.next()).value)).toBe("first");
  const waiting = reader.next();
  next.resolve();
  expect(String((await waiting).value)).toBe("second");
  expect((await reader.next()).done).toBe(true);
});

test("an answer that is reset fails with the reset, after what came before it", async () => {
  const stream = await ask((answer) => {
    answer.respond({ ":status": 200 });
    answer.write("half", () => answer.destroy(new Error("no more")));
  });
  const reader = stream[Symbol.asyncIterator]();
  await reader.next();
  await expect(reader.next()).rejects.toMatchObject({ code: "ERR_HTTP2_STREAM_ERROR" });
});

test("an answer whose connection is gone fails instead of waiting", async () => {
  const stream = await ask((answer) => {
    answer.respond({ ":status": 200 });
    answer.write("half", () => answer.session?.destroy());
  });
  stream.on("error", () => {});
  await expect(read(stream)).rejects.toBeInstanceOf(Error);
});

/** One request to a server that answers as told. */
async function ask(answer: (stream: ServerHttp2Stream) => void): Promise<ClientHttp2Stream> {
  const server = createServer();
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    answer(stream);
  });
  server.on("session", (session) => session.on("error", () => {}));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on("error", () => {});
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  return readByEvents(session.request({ ":path": "/" }));
}

async function read(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
