import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { toNetworkFailure } from "@access-plugins/core";
import { expect, it, onTestFinished } from "vitest";
import { createHttpClient, type HttpRequest } from "./http-client.ts";

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get = (url: string, signal = AbortSignal.timeout(10_000)): HttpRequest => ({
  ...{ url, signal },
  method: "GET",
  headers: { "X-One": "1" },
});

it("sends what it is given and gives the answer as it came, header names in lower case", async () => {
  const url = await serve((request, response) => {
    const { method, url: path, headers } = request;
    request.setEncoding("utf8").on("data", (body) => {
      response.writeHead(201, { "X-Twice": ["a", "b"] }).end(JSON.stringify([method, path, headers["x-one"], body]));
    });
  });
  const answer = await createHttpClient()({ ...get(`${url}/a/b?c=d`), method: "POST", body: "é" });
  expect(answer).toMatchObject({ status: 201, headers: { "x-twice": "a,b" } });
  expect(JSON.parse(answer.text)).toEqual(["POST", "/a/b?c=d", "1", "é"]);
});

it("puts an answer of many pieces together and follows no redirect", async () => {
  const url = await serve((_, response) => {
    response.writeHead(302, { location: "/elsewhere" });
    response.write("ab");
    setImmediate(() => response.end("cd"));
  });
  expect(await createHttpClient()(get(url))).toMatchObject({ status: 302, text: "abcd" });
});

it("ends with the signal's reason before, during and after the head, and the server sees it go", async () => {
  const gone: Promise<unknown>[] = [];
  let arrived = Promise.withResolvers<void>();
  const url = await serve((request, response) => {
    gone.push(new Promise((resolve) => request.socket.once("close", resolve)));
    if (request.url === "/head") response.writeHead(200).write("half");
    arrived.resolve();
  });
  const http = createHttpClient();
  const reason = new Error("enough");
  await expect(http(get(url, AbortSignal.abort(reason)))).rejects.toBe(reason);
  for (const path of ["/nothing", "/head"]) {
    const stop = new AbortController();
    const call = http(get(url + path, stop.signal));
    await arrived.promise;
    arrived = Promise.withResolvers<void>();
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
  }
  await Promise.all(gone);
});

it("refuses an answer that is longer than it may be, and tells of a server that is not there", async () => {
  const url = await serve((_, response) => response.end("x".repeat(2_000)));
  await expect(createHttpClient({ maxAnswerBytes: 1_000 })(get(url))).rejects.toThrow(/size/u);
  await expect(createHttpClient()(get("http://127.0.0.1:1/"))).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

it("calls through the proxy of the scheme, and directly what the list of exceptions names, address blocks included", async () => {
  const asked: string[] = [];
  const proxyUrl = await serve((request, response) => {
    asked.push(request.url ?? "");
    response.end("from the proxy");
  });
  // This machine under an address that is not always called directly.
  const own = (await serve((_, response) => response.end("direct"))).replace("127.0.0.1", "0.0.0.0");
  const open = (none: string) => createHttpClient({ proxy: { http: proxyUrl, https: "", none } });
  for (const none of ["", "0.0.0.0:1", "1.0.0.0/8"]) {
    expect(await open(none)(get(own))).toMatchObject({ text: "from the proxy" });
  }
  for (const none of ["*", "0.0.0.0", ".corp, 0.0.0.0/8"]) {
    expect(await open(none)(get(own))).toMatchObject({ text: "direct" });
  }
  await expect(open("")(get("https://0.0.0.0:1/"))).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(asked).toEqual([`${own}/`, `${own}/`, `${own}/`]);
});

it.each([407, 502])("tells of a proxy that refuses to connect with HTTP %i", async (status) => {
  const proxy = createServer().on("connect", (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const https = `http://worker:hunter22@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const call = createHttpClient({ proxy: { http: "", https, none: "" } })(get("https://chat.example.com/"));
  const fault: unknown = await call.catch((thrown: unknown) => thrown);
  expect(toNetworkFailure(fault)).toMatchObject({ reason: `PROXY_HTTP_${status}`, unsent: true });
  expect(inspect(fault)).not.toContain("hunter22");
});
