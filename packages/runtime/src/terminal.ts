/** Where the commands print. */
export interface Terminal {
  /** One piece of text on standard output. */
  out(text: string): void;
  /** One piece of text on standard error. */
  err(text: string): void;
}

/** The terminal of this process. A reader that goes away (`configure | head`) is no fault. */
export function createProcessTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: Error & { code?: string }) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  return { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) };
}
