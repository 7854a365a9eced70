import { expect, test } from "vitest";
import { renderSettingsTable } from "./settings-table.ts";
import { examplePlugin } from "./testing/example-plugin.ts";

test("every setting is in the table, with type, default and meaning", () => {
  const rows = renderSettingsTable(examplePlugin).replaceAll(/ +\|/g, " |").split("\n");
  expect(rows).toContain(
    "| `chat.token` | string | required | Token of the bot, or the absolute path of a file that holds it. |",
  );
  expect(rows).toContain('| `chat.style` | string | `"card"` | How messages look. |');
  expect(rows).toContain("| `preload` | boolean | `false` | Look everybody up at start. |");
  expect(rows.find((row) => row.startsWith("| `teleport.addr`"))).toContain('`"localhost:3025"`');
  expect(rows.find((row) => row.startsWith("| `role_to_recipients`"))).toContain("| table | required |");
  expect(rows.filter((row) => row.startsWith("| `"))).toHaveLength(23);
});
