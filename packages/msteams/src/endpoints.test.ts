import { describe, expect, it } from "vitest";
import { cloudNames, clouds } from "./clouds.ts";
import { isAtService, toEndpoints, toOrigin } from "./endpoints.ts";

describe("the clouds", () => {
  it.each([
    [
      "public",
      "login.microsoftonline.com",
      "graph.microsoft.com",
      "smba.trafficmanager.net/emea",
      "api.botframework.com",
    ],
    [
      "gcc",
      "login.microsoftonline.com",
      "graph.microsoft.com",
      "smba.infra.gcc.teams.microsoft.com/teams",
      "api.botframework.com",
    ],
    [
      "gcch",
      "login.microsoftonline.us",
      "graph.microsoft.us",
      "smba.infra.gov.teams.microsoft.us/teams",
      "api.botframework.us",
    ],
    [
      "dod",
      "login.microsoftonline.us",
      "dod-graph.microsoft.us",
      "smba.infra.dod.teams.microsoft.us/teams",
      "api.botframework.us",
    ],
    [
      "china",
      "login.partner.microsoftonline.cn",
      "microsoftgraph.chinacloudapi.cn",
      "frontend.botapi.msg.infra.teams.microsoftonline.cn/teams",
      "api.botframework.azure.cn",
    ],
  ] as const)("%s has its own hosts and scopes", (cloud, login, graph, connector, bot) => {
    const endpoints = toEndpoints({ cloud, endpoints: {} });
    expect(endpoints).toMatchObject({ login: `https://${login}`, graph: `https://${graph}` });
    expect(endpoints.connectorBase).toBe(`https://${connector}`);
    expect(endpoints.cloud.graphScope).toBe(`https://${graph}/.default`);
    expect(endpoints.cloud.connectorScope).toBe(`https://${bot}/.default`);
  });

  it("are all in the table, and all over https", () => {
    expect(Object.keys(clouds)).toEqual([...cloudNames]);
    for (const { login, graph, connector } of Object.values(clouds)) {
      for (const origin of [login, graph, connector]) expect(new URL(origin).origin).toBe(origin);
    }
  });

  it("take a region in place of their own", () => {
    expect(toEndpoints({ cloud: "public", region: "amer", endpoints: {} }).connectorBase).toBe(
      "https://smba.trafficmanager.net/amer",
    );
  });
});

describe("hosts in place of the cloud's", () => {
  const endpoints = toEndpoints({ cloud: "gcch", endpoints: { graph: "https://graph.internal:8443" } });

  it("replace one service and leave the others and the scopes", () => {
    expect(endpoints).toMatchObject({
      graph: "https://graph.internal:8443",
      login: "https://login.microsoftonline.us",
    });
    expect(endpoints.cloud.graphScope).toBe("https://graph.microsoft.us/.default");
  });

  it.each([
    ["https://graph.internal:8443/v1.0/users", true],
    ["https://graph.internal/v1.0/users", false],
    ["http://graph.internal:8443/v1.0/users", false],
    ["https://graph.internal:8443.evil.example/v1.0", false],
    ["https://graph.internal:8443@evil.example/v1.0", false],
    ["https://graph.microsoft.us/v1.0/users", false],
    ["no address", false],
  ])("%s may get a token of Graph: %s", (url, may) => {
    expect(isAtService(url, "graph", endpoints)).toBe(may);
  });

  it.each([
    ["graph.internal", "graph", "https://graph.internal"],
    ["graph.internal:8443", "graph", "https://graph.internal:8443"],
    ["https://graph.internal/", "graph", "https://graph.internal"],
    ["http://127.0.0.1:8080", "graph", "http://127.0.0.1:8080"],
    ["http://[::1]:8080", "connector", "http://[::1]:8080"],
    ["http://localhost:8080", "connector", "http://localhost:8080"],
    ["http://127.0.0.1:8080", "login", undefined],
    ["http://graph.internal", "graph", undefined],
    ["http://127.0.0.1.evil.example", "graph", undefined],
    ["https://user:password@graph.internal", "graph", undefined],
    ["https://graph.internal/v1.0", "graph", undefined],
    ["https://graph.internal?x=1", "graph", undefined],
    ["ftp://graph.internal", "graph", undefined],
    ["", "graph", undefined],
  ] as const)("%j for %s is %j", (text, service, origin) => {
    expect(toOrigin(text, service)).toBe(origin);
  });
});
