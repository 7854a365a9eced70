import { once } from "node:events";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { AuthService } from "@access-plugins/teleport-client/gen/teleport/legacy/client/proto/authservice_pb";
import { expect, onTestFinished, test } from "vitest";
import { createFakeClock, type FakeClock } from "../../fake-clock.ts";
import type { FakeAuthService } from "../fake-auth-service.ts";
import { dialTls, untilSecure } from "../testing/raw-tls.ts";
import { startTestCluster } from "../testing/test-cluster.ts";

const SECOND_MS = 1000;

/** An HTTP/2 session with one finished call on it, as every gRPC client has before it pings. */
async function openSession(auth: FakeAuthService): Promise<ClientHttp2Session> {
  const socket = await untilSecure(dialTls(auth.address, await auth.identity()));
  const session = connect("https://teleport.cluster.local", { createConnection: () => socket });
  onTestFinished(() => session.destroy());
  session.on("error", () => undefined);
  await callPing(session);
  return session;
}

async function callPing(session: ClientHttp2Session): Promise<void> {
  const { ping } = AuthService.method;
  const stream = session.request({
    ":method": "POST",
    ":path": `/${ping.parent.typeName}/${ping.name}`,
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.end(Buffer.alloc(5));
  stream.resume();
  await once(stream, "end");
}

function ping(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.ping((error) => (error ? reject(error) : resolve()));
  });
}

async function pingEvery(ms: number, times: number, session: ClientHttp2Session, clock: FakeClock): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    await ping(session);
    await clock.advance(ms);
  }
}

test("one ping a minute is welcome, with no stream open", async () => {
  const clock = createFakeClock();
  const { auth } = await startTestCluster({ clock });
  const session = await openSession(auth);
  await pingEvery(60 * SECOND_MS, 10, session, clock);
  expect([session.closed, session.destroyed]).toEqual([false, false]);
});

test("pings every 59 seconds end in GOAWAY too_many_pings", async () => {
  const clock = createFakeClock();
  const { auth } = await startTestCluster({ clock });
  const session = await openSession(auth);
  const goaway = once(session, "goaway");
  const closed = new Promise((resolve) => session.once("close", resolve));
  // The first follows an answer, the second and third are forgiven strikes with the next one.
  await pingEvery(59 * SECOND_MS, 3, session, clock);
  expect(session.destroyed).toBe(false);
  await pingEvery(59 * SECOND_MS, 1, session, clock).catch(() => undefined);
  const [code, , data] = await goaway;
  expect([code, String(data)]).toEqual([constants.NGHTTP2_ENHANCE_YOUR_CALM, "too_many_pings"]);
  await closed;
});

test("an answer in between forgives what was before", async () => {
  const clock = createFakeClock();
  const { auth } = await startTestCluster({ clock });
  const session = await openSession(auth);
  for (let round = 0; round < 5; round += 1) {
    await pingEvery(SECOND_MS, 2, session, clock);
    await callPing(session);
  }
  expect(session.destroyed).toBe(false);
});
