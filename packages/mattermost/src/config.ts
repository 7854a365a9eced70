import * as z from "zod";

const urlHelp =
  "Use the address people open in the browser, without a team: https://mattermost.example.com, with the subpath if there is one (https://example.com/chat).";

/** The `[mattermost]` table of the configuration file. Keys and meaning are the official plugin's. */
export const mattermostConfigSchema = z.object({
  url: z
    .string({ error: urlHelp })
    .trim()
    .refine(isUsableUrl, urlHelp)
    .transform(normalize)
    .describe("Base URL of the Mattermost server, with its subpath if it has one."),
  token: z
    .string({ error: "Put the bot's access token here, or the absolute path of a file that holds it." })
    .trim()
    .min(1, "The token is empty: put the bot's access token here, or the absolute path of a file that holds it.")
    .describe(
      "The bot's access token, or the absolute path of a file that holds it; the file is read again when it changes.",
    ),
  recipients: z
    .array(z.string())
    .optional()
    .describe(
      "Who is told about every request: e-mail addresses, `team/channel` by the names in the URL, or ids. When it is not empty it takes the place of the whole `[role_to_recipients]` table.",
    ),
});

/** The checked `[mattermost]` table; `url` has no slash at its end. */
export type MattermostConfig = z.output<typeof mattermostConfigSchema>;

function isUsableUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || url.protocol === "http:";
}

/**
 * A doubled slash is answered with a redirect that turns a POST into a GET: then look-ups work and posts do not. The
 * API's own path is what some copy from its documentation.
 */
function normalize(text: string): string {
  const { origin, pathname } = new URL(text);
  const path = pathname.replace(/\/{2,}/gu, "/").replace(/\/(?:api(?:\/v4)?\/?)?$/u, "");
  return `${origin}${path}`;
}
