import type { SimulatedMessage } from "@access-plugins/testing/simulation";

/** Tells on a terminal what happens: steps, the commands behind them, and every message as its readers see it. */
export interface Teller {
  chapter(title: string): void;
  say(text: string): void;
  /** A command as a visitor would type it. */
  command(text: string): void;
  /** A message that appeared or changed on a platform. */
  message(platform: string, message: SimulatedMessage, isNew: boolean): void;
  /** What a visitor can do now. */
  invite(commands: readonly string[]): void;
  fail(thrown: unknown): void;
}

export function createTeller(write: (text: string) => void): Teller {
  const line = (text = "") => write(`${text}\n`);
  return {
    chapter(title) {
      line();
      line(`━━ ${title} ${"━".repeat(Math.max(2, 76 - title.length))}`);
    },
    say: (text) => line(`   ${text}`),
    command: (text) => line(`   $ ${text}`),
    message(platform, { place, text }, isNew) {
      line();
      line(`   ╭─ ${platform} · ${place} · ${isNew ? "new message" : "changed"}`);
      for (const row of text.split("\n")) line(`   │ ${row}`);
      line("   ╰─");
    },
    invite(commands) {
      line();
      line("━━ Your turn. In a second terminal, in this folder:");
      for (const command of commands) line(`   $ ${command}`);
      line("   Messages appear here as they change. Ctrl-C ends the demo.");
    },
    fail(thrown) {
      line();
      line(`The demo broke: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    },
  };
}
