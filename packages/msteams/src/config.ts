import * as z from "zod";
import { cloudNames, clouds } from "./clouds.ts";
import { type Service, toOrigin } from "./endpoints.ts";

/** How the bot proves who it is. */
const credentialKinds = ["secret", "certificate", "workload_identity", "managed_identity"] as const;

/** Where Azure's workload identity webhook for Kubernetes mounts its token. */
const defaultFederatedTokenFile = "/var/run/secrets/azure/tokens/azure-identity-token";

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

const regions = [...new Set(Object.values(clouds).map(({ region }) => region))].toSorted().join("`, `");

/** The `[msapi]` table of the configuration file. The first six keys are the official plugin's. */
export const msteamsConfigSchema = z
  .object({
    app_id: idSetting("Application (client) id of the bot, from its app registration in Entra."),
    app_secret: z
      .string()
      .trim()
      .default("")
      .describe(
        'Client secret of the bot, or the absolute path of a file that holds it; the file is read again when it changes. Not used unless `auth = "secret"`.',
      ),
    tenant_id: z
      .string({ error: "Put the id of your Entra tenant here." })
      .trim()
      .min(1, "Put the id of your Entra tenant here.")
      .refine((text) => guid.test(text) || /^(?=.*\.)[a-z0-9.-]{3,253}$/iu.test(text), {
        error: "Use the tenant's id (a GUID), or one of its domain names such as contoso.onmicrosoft.com.",
      })
      .describe("Id of the Entra tenant; the bot has to be single-tenant."),
    teams_app_id: idSetting("Id of the Teams app: `id` in its manifest, printed by `configure`."),
    region: z
      .string()
      .trim()
      .regex(/^[a-z0-9][a-z0-9-]{0,30}$/iu, "Use a region of the Bot Connector such as emea, amer, apac or teams.")
      .optional()
      .describe(
        `Region of the Bot Connector: the first part of the path of its service URL. Default: \`emea\`; \`teams\` in clouds other than public (known: \`${regions}\`).`,
      ),
    default_recipient: z.string().optional().describe("Has no effect: the official plugin's hosted form knows it."),
    cloud: z
      .enum(cloudNames)
      .default("public")
      .describe("Microsoft cloud: `public`, `gcc`, `gcch` (GCC High), `dod` or `china`. Sets every host and scope."),
    auth: z
      .enum(credentialKinds)
      .default("secret")
      .describe(
        "How the bot signs in: `secret` (`app_secret`), `certificate` (`certificate_file`), `workload_identity` (`federated_token_file`) or `managed_identity` (the identity whose client id is `app_id`).",
      ),
    certificate_file: z
      .string()
      .trim()
      .regex(/^\//u, "Use the absolute path of a PEM file with the certificate and its private key.")
      .optional()
      .describe("PEM file with the bot's certificate and private key; read again when it changes."),
    certificate_password: z
      .string()
      .optional()
      .describe("Password of the private key in `certificate_file`, or the absolute path of a file that holds it."),
    certificate_chain: z
      .boolean()
      .default(false)
      .describe("Send the certificate chain too, for apps registered by subject name and issuer."),
    federated_token_file: z
      .string()
      .trim()
      .regex(/^\//u, "Use the absolute path of the token file.")
      .default(defaultFederatedTokenFile)
      .describe('File with the token of the workload, for `auth = "workload_identity"`; read again at each sign-in.'),
    endpoints: z
      .object({
        login: originSetting("login", "Host that gives tokens, in place of the cloud's; https only."),
        graph: originSetting("graph", "Host of Microsoft Graph, in place of the cloud's."),
        connector: originSetting("connector", "Host of the Bot Connector, in place of the cloud's."),
        ca_file: z
          .string()
          .trim()
          .regex(/^\//u, "Use the absolute path of a PEM file.")
          .optional()
          .describe(
            "PEM file with certificate authorities to trust for these hosts, besides those of the system, `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS`.",
          ),
      })
      .default({})
      .describe(
        "Hosts in place of the cloud's, for closed networks: `https://host:port`; the usual paths are appended. Plain http only on this machine, and not for login.",
      ),
  })
  .refine((settings) => settings.auth !== "secret" || settings.app_secret !== "", {
    path: ["app_secret"],
    error: "Put the bot's client secret here, or the absolute path of a file that holds it.",
    when: isTable,
  })
  .refine((settings) => settings.auth !== "certificate" || settings.certificate_file !== undefined, {
    path: ["certificate_file"],
    error: "Put the absolute path of a PEM file with the bot's certificate and private key here.",
    when: isTable,
  });

/** The checked `[msapi]` table. */
export type MsteamsConfig = z.output<typeof msteamsConfigSchema>;

/** Also when other keys are wrong: all faults are told at once. */
function isTable({ value }: { readonly value: unknown }): boolean {
  return typeof value === "object" && value !== null;
}

function idSetting(description: string) {
  return z
    .string({ error: description })
    .trim()
    .min(1, description)
    .regex(guid, "Use the id itself: 32 hexadecimal digits in five groups, as Entra and `configure` show it.")
    .describe(description);
}

function originSetting(service: Service, description: string) {
  const help =
    service === "login"
      ? "Use an https origin such as https://login.internal:8443, without a path."
      : `Use an https origin such as https://${service}.internal:8443, without a path (plain http only for a server on this machine).`;
  return z
    .string()
    .trim()
    .transform((text, context) => {
      const origin = toOrigin(text, service);
      if (origin !== undefined) return origin;
      context.addIssue({ code: "custom", message: help, input: text });
      return z.NEVER;
    })
    .optional()
    .describe(description);
}
