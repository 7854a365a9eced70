import { describe, expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";
import { createFaultList } from "./fault.ts";

async function read(environment: Record<string, string>) {
  const faults = createFaultList(() => undefined);
  return { ...(await readEnvironment(environment, faults)), faults: faults.list() };
}

describe("proxies", () => {
  it("are none unless named", async () => {
    expect((await read({})).proxy).toMatchObject({ http: "", https: "" });
  });

  it("come from the usual variables, in upper or lower case, with or without a scheme", async () => {
    const { proxy } = await read({
      HTTPS_PROXY: "proxy.example.com:3128",
      http_proxy: "http://other:80",
      no_proxy: ".corp",
    });
    expect(proxy).toEqual({
      http: "http://other:80",
      https: "http://proxy.example.com:3128",
      none: ".corp,localhost,127.0.0.1,[::1],::1",
    });
  });

  it.each(["socks5://user:hunter22@proxy", "http://user:hunter22%@proxy"])(
    "that cannot be one are a fault that names the variable and not its value: %s",
    async (text) => {
      const { faults } = await read({ HTTPS_PROXY: text });
      expect(faults).toHaveLength(1);
      expect(JSON.stringify(faults)).toContain("HTTPS_PROXY");
      expect(JSON.stringify(faults)).not.toContain("hunter22");
    },
  );
});
