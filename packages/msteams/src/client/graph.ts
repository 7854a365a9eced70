import { type Call, PluginError } from "@access-plugins/core";
import type { HttpAnswer } from "@access-plugins/http";
import { Client, type Context, type GraphRequest } from "@microsoft/microsoft-graph-client";
import type { z } from "zod";
import type { Endpoints } from "../endpoints.ts";
import { toPluginError, unreadableAnswer } from "../errors.ts";
import type { Operation } from "../limits.ts";
import { batchAnswer } from "../wire.ts";
import { type ApiCall, type ApiClient, readAnswer, type Send } from "./api-client.ts";

/** One call of Microsoft Graph. `path` begins with a slash, its query is already encoded. */
export interface GraphCall {
  readonly operation: Operation;
  readonly buckets: readonly string[];
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to one part of a batch, or its refusal when it is read. */
export interface BatchPart {
  readonly status: number;
  read<T>(schema: z.ZodType<T>): T;
}

/** Calls Microsoft Graph and throws `PluginError` only. */
export interface GraphClient {
  get<T>(graph: GraphCall, schema: z.ZodType<T>, call: Call): Promise<T>;
  /** For calls whose answer says nothing but that it worked. */
  post(graph: GraphCall, body: unknown, call: Call): Promise<void>;
  delete(graph: GraphCall, call: Call): Promise<void>;
  /** Several reads in one HTTP call, answered in the order asked; each has a status of its own. */
  batch(graph: readonly GraphCall[], call: Call): Promise<readonly BatchPart[]>;
}

type SdkCall = (request: GraphRequest) => Promise<unknown>;

/**
 * Microsoft's client with a single middleware of ours: its own would try again by themselves (also posts), follow
 * redirects and wait beyond any deadline. It wraps whatever a middleware throws until nothing of it is left, so errors
 * take the way around it.
 */
export function createGraphClient(api: ApiClient, endpoints: Endpoints): GraphClient {
  const open = new WeakMap<AbortSignal, Send>();
  const sdk = Client.initWithMiddleware({
    baseUrl: endpoints.graph,
    defaultVersion: "v1.0",
    middleware: { execute: (context) => execute(context, open) },
  });

  function run(graph: GraphCall, call: Call, sdkCall: SdkCall): Promise<unknown> {
    return api.run({ ...graph, service: "graph" }, call, async (send) => {
      // The SDK keeps nothing else together from call to request: the signal is the ticket.
      const ticket = new AbortController().signal;
      let failure: unknown;
      open.set(ticket, async (request) => {
        try {
          return await send(request);
        } catch (thrown) {
          failure = thrown;
          throw thrown;
        }
      });
      const request = sdk
        .api(graph.path)
        .headers({ ...graph.headers })
        .option("signal", ticket);
      return sdkCall(request).catch((thrown) => {
        if (thrown instanceof PluginError) throw thrown;
        throw failure ?? unreadableAnswer(graph, "no JSON");
      });
    });
  }

  return {
    async get(graph, schema, call) {
      return readAnswer(toApiCall(graph), await run(graph, call, (request) => request.get()), schema);
    },
    async post(graph, body, call) {
      await run(graph, call, (request) => request.post(body));
    },
    async delete(graph, call) {
      await run(graph, call, (request) => request.delete());
    },
    async batch(parts, call) {
      const buckets = [...new Set(parts.flatMap((part) => part.buckets))];
      const graph: GraphCall = { operation: "graph.batch", buckets, path: "/$batch" };
      let answers: readonly BatchPart[] = [];
      await run(graph, call, async (request) => {
        const answer = await request.post({ requests: parts.map(toBatchRequest) });
        const { responses } = readAnswer(toApiCall(graph), answer, batchAnswer);
        answers = parts.map((part, index) =>
          toBatchPart(
            part,
            responses.find(({ id }) => id === String(index)),
          ),
        );
        // Said in here, where the limiter hears it: parts are counted one by one.
        for (const part of answers) if (part.status === 429) part.read(batchAnswer);
      });
      return answers;
    },
  };
}

async function execute(context: Context, open: WeakMap<AbortSignal, Send>): Promise<void> {
  const { signal, headers, body, method } = context.options ?? {};
  const send = signal instanceof AbortSignal ? open.get(signal) : undefined;
  if (send === undefined || typeof context.request !== "string") throw new Error("A request without a call.");
  const answer = await send({
    url: context.request,
    method: method === "POST" || method === "DELETE" ? method : "GET",
    headers: Object.fromEntries(new Headers(headers)),
    ...(typeof body === "string" ? { body } : {}),
  });
  const { status, text } = answer;
  context.response = new Response(status === 204 ? null : text, { status, headers: answer.headers });
}

function toApiCall({ operation, buckets }: GraphCall): ApiCall {
  return { service: "graph", operation, buckets };
}

function toBatchRequest({ path, headers }: GraphCall, index: number) {
  return { id: String(index), method: "GET", url: path, ...(headers === undefined ? {} : { headers }) };
}

type BatchResponse = z.output<typeof batchAnswer>["responses"][number];

function toBatchPart(graph: GraphCall, response: BatchResponse | undefined): BatchPart {
  if (response === undefined) throw unreadableAnswer(graph, "a part of the batch is missing");
  const answer = toAnswer(response);
  return {
    status: answer.status,
    read(schema) {
      if (answer.status >= 300) throw toPluginError(new Error(`HTTP status ${answer.status}`), { ...graph, answer });
      return readAnswer(toApiCall(graph), response.body, schema);
    },
  };
}

function toAnswer({ status, headers, body }: BatchResponse): HttpAnswer {
  const entries = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return { status, headers: Object.fromEntries(entries), text: JSON.stringify(body ?? "") };
}
