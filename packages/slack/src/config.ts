import { isIP } from "node:net";
import * as z from "zod";

/** Where the Web API of commercial Slack lives. GovSlack: `https://slack-gov.com/api/`. */
const defaultApiUrl = "https://slack.com/api/";

const apiUrlHelp =
  "Use an https URL such as https://slack.com/api/ (plain http only for a server on this machine), without user name, query or fragment.";

/**
 * The `[slack]` table of the configuration file. Keys, defaults and meaning are the official plugin's.
 */
export const slackConfigSchema = z.object({
  token: z
    .string({ error: "Put the bot token (xoxb-…) here, or the absolute path of a file that holds it." })
    .trim()
    .min(1, "The token is empty: put the bot token (xoxb-…) here, or the absolute path of a file that holds it.")
    .describe(
      "Bot token (`xoxb-…`), or the absolute path of a file that holds it; the file is read again when it changes.",
    ),
  apiurl: z
    .string({ error: apiUrlHelp })
    .trim()
    .refine(isUsableApiUrl, apiUrlHelp)
    .transform(withTrailingSlash)
    .default(defaultApiUrl)
    .describe("Base URL of Slack's Web API."),
  recipients: z
    .array(z.string())
    .optional()
    .describe("Has no effect: kept because old files still hold it. Use `[role_to_recipients]`."),
});

/** The checked `[slack]` table; `apiurl` ends with a slash. */
export type SlackConfig = z.output<typeof slackConfigSchema>;

function isUsableApiUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

function isLoopback(hostname: string): boolean {
  if (hostname === "localhost" || hostname === "[::1]") return true;
  return isIP(hostname) === 4 && hostname.startsWith("127.");
}

function withTrailingSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
