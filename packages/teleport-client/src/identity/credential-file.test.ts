import { expect, test } from "vitest";
import { toReadFault } from "./credential-file.ts";
import { identityPlace } from "./credential-place.ts";

const place = identityPlace("/var/lib/plugin/identity");

// Asked for directly: tests may run as root, who may read everything.
test.each(["EACCES", "EPERM"])("%s is told as a matter of permissions, with who we are", (code) => {
  const fault = toReadFault(Object.assign(new Error("no"), { code }), place);
  expect(fault).toMatchObject({
    code: "invalid_config",
    message: 'identity file "/var/lib/plugin/identity" cannot be read: permission denied.',
  });
  expect(fault.fix).toContain(`uid ${process.getuid?.()}`);
});

test("an aborted read is aborted, not a fault of the file", () => {
  const fault = toReadFault(new DOMException("This operation was aborted", "AbortError"), place);
  expect(fault.code).toBe("aborted");
});
