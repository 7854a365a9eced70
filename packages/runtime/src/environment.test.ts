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
      none: ".corp",
    });
  });

  it.each([
    ["HTTPS_PROXY", "socks5://user:hunter22@proxy", "HTTPS_PROXY names a SOCKS proxy; only HTTP proxies"],
    ["https_proxy", "socks5h://user:hunter22@proxy", "https_proxy names a SOCKS proxy; only HTTP proxies"],
    ["HTTP_PROXY", "http://user:hunter22%@proxy", "HTTP_PROXY does not name an HTTP proxy"],
  ])(
    "that cannot be one are a fault that names the variable, the fix and not the value: %s=%s",
    async (name, text, why) => {
      const { proxy, faults } = await read({ [name]: text });
      expect(faults).toHaveLength(1);
      const [fault] = faults;
      expect(fault?.message).toContain(why);
      expect(fault?.fix).toBe(`set ${name} to "http://host:port", or unset it to connect directly`);
      expect(JSON.stringify([faults, proxy])).not.toContain("hunter22");
    },
  );
});
