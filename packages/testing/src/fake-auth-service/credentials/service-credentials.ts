import type { Cluster } from "../cluster/cluster.ts";
import { defaultUserNames } from "../cluster/defaults.ts";
import type { TlsCredentials } from "../connection/tls-listener.ts";
import {
  createIdentityIssuer,
  type Identity,
  type IdentityIssuerState,
  type IdentityOptions,
} from "./identity-issuer.ts";

/** The certificates of a running service and of its users. */
export interface ServiceCredentials {
  /** What the server shows and trusts now. */
  tls(): TlsCredentials;
  /** Credentials of a user of the directory (default: the plugin's), with the roles it has now. */
  identity(user?: string, options?: IdentityOptions): Promise<Identity>;
  /** The text of that user's identity file. */
  identityFile(user?: string, options?: IdentityOptions): Promise<string>;
  /** A new authority signs from now on, the server's certificate included; both are trusted until finished. */
  rotateAuthority(): Promise<void>;
  /** Ends a rotation: identities of the old authority are refused from now on. */
  finishRotation(): void;
  /** A new server certificate of the same authority for new connections. */
  renewServerCertificate(): Promise<void>;
  /** The trusted authorities: what a later run needs to go on with them. */
  readonly authorities: IdentityIssuerState;
}

/** `changed` is called whenever the server has to show or trust something else. */
export async function createServiceCredentials(
  { name, directory }: Pick<Cluster, "name" | "directory">,
  authorities: IdentityIssuerState | undefined,
  changed: (credentials: TlsCredentials) => void,
): Promise<ServiceCredentials> {
  const issuer = await createIdentityIssuer(name, authorities);
  let server = await issuer.issueServer();
  const tls = () => ({
    key: server.privateKeyPem,
    cert: server.certificatePem,
    ca: issuer.authorities.map((authority) => authority.certificatePem),
  });
  const identity = async (userName: string = defaultUserNames.plugin, how?: IdentityOptions) => {
    const user = directory.users.get(userName);
    if (!user) throw new Error(`There is no user ${userName}: add it with directory.setUser first.`);
    return issuer.issue({ user: userName, roles: user.roles, traits: user.traits ?? {} }, how);
  };
  const renewServerCertificate = async () => {
    server = await issuer.issueServer();
    changed(tls());
  };
  return {
    tls,
    identity,
    identityFile: async (user, how) => (await identity(user, how)).file,
    renewServerCertificate,
    async rotateAuthority() {
      await issuer.rotate();
      await renewServerCertificate();
    },
    finishRotation() {
      issuer.finishRotation();
      changed(tls());
    },
    get authorities() {
      return { authorities: issuer.authorities, sshAuthority: issuer.sshAuthority };
    },
  };
}
