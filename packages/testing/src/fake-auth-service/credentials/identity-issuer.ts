import {
  type CertificateAuthority,
  createCertificateAuthority,
  type IssuedCertificate,
  type UserKeyType,
  type UserSubject,
  type Validity,
} from "./certificate-authority.ts";
import { type IdentityParts, renderIdentityFile } from "./identity-file-writer.ts";
import { createSshAuthority, type SshAuthority } from "./ssh-certificate.ts";

const DAY_MS = 86_400_000;
/** Certificates start a minute ago, like Teleport's, so that small clock differences do no harm. */
const BACKDATE_MS = 60_000;

/** Everything one user logs in with: the parts, and the identity file made of them. */
export interface Identity extends IdentityParts {
  readonly user: string;
  readonly roles: readonly string[];
  /** The whole identity file as `tctl auth sign --format=file` writes it. */
  readonly file: string;
}

/** How an identity differs from an ordinary one that is good for a year. */
export interface IdentityOptions {
  readonly validFrom?: Date;
  readonly validUntil?: Date;
  /**
   * `unknown`: signed by an authority the server has never heard of. `intermediate`: signed by an authority below the
   * cluster's, with that one's certificate behind the leaf; Teleport refuses such chains.
   */
  readonly signedBy?: "cluster" | "unknown" | "intermediate";
  /** Type of the user's key. Default ECDSA P-256, as Teleport's since 17; before, it was RSA. */
  readonly keyType?: UserKeyType;
}

/** Issues identities and server certificates for one cluster, and rotates its authority. */
export interface IdentityIssuer {
  readonly clusterName: string;
  /** All authorities the server trusts and identities carry; the one that signs is the first. */
  readonly authorities: readonly CertificateAuthority[];
  readonly sshAuthority: SshAuthority;
  issue(subject: UserSubject, options?: IdentityOptions): Promise<Identity>;
  issueServer(): Promise<IssuedCertificate>;
  /** A new authority signs from now on; the old ones stay trusted until {@link finishRotation}. */
  rotate(): Promise<void>;
  /** Only the newest authority stays trusted. */
  finishRotation(): void;
}

export interface IdentityIssuerState {
  readonly authorities: readonly CertificateAuthority[];
  readonly sshAuthority: SshAuthority;
}

/** `state`: authorities of an earlier run; without it new ones are made. */
export async function createIdentityIssuer(clusterName: string, state?: IdentityIssuerState): Promise<IdentityIssuer> {
  const sshAuthority = state?.sshAuthority ?? createSshAuthority();
  let authorities = state?.authorities ?? [await createAuthority(clusterName)];
  return {
    clusterName,
    get authorities() {
      return authorities;
    },
    sshAuthority,
    issue: (subject, options = {}) => issueIdentity(clusterName, authorities, sshAuthority, subject, options),
    async issueServer() {
      return first(authorities).issueServer(
        {
          commonName: `auth.${clusterName}`,
          dns: ["*.teleport.cluster.local", "teleport.cluster.local", "localhost", clusterName],
          ips: ["127.0.0.1", "::1"],
        },
        validFor(10 * 365 * DAY_MS),
      );
    },
    async rotate() {
      authorities = [await createAuthority(clusterName), ...authorities];
    },
    finishRotation() {
      authorities = [first(authorities)];
    },
  };
}

async function issueIdentity(
  clusterName: string,
  authorities: readonly CertificateAuthority[],
  ssh: SshAuthority,
  subject: UserSubject,
  options: IdentityOptions,
): Promise<Identity> {
  const year = validFor(365 * DAY_MS);
  const validity = { from: options.validFrom ?? year.from, until: options.validUntil ?? year.until };
  const { signer, chain } = await chooseSigner(clusterName, authorities, options);
  const { certificatePem, privateKeyPem, privateKey } = await signer.issueUser(subject, validity, options.keyType);
  const parts: IdentityParts = {
    privateKeyPem,
    certificatePem: certificatePem + chain,
    authorityPems: authorities.map((authority) => authority.certificatePem),
    sshCertificate: ssh.signUser(subject.user, privateKey, validity),
    sshAuthorities: [
      `@cert-authority proxy.${clusterName},${clusterName},*.${clusterName} ${ssh.publicKeyText} type=host`,
    ],
  };
  return { ...parts, user: subject.user, roles: subject.roles, file: renderIdentityFile(parts) };
}

async function chooseSigner(
  clusterName: string,
  authorities: readonly CertificateAuthority[],
  { signedBy = "cluster" }: IdentityOptions,
): Promise<{ signer: CertificateAuthority; chain: string }> {
  if (signedBy === "unknown") return { signer: await createAuthority(clusterName), chain: "" };
  if (signedBy === "cluster") return { signer: first(authorities), chain: "" };
  const signer = await first(authorities).issueIntermediate(validFor(365 * DAY_MS));
  return { signer, chain: signer.certificatePem };
}

const createAuthority = (clusterName: string) => createCertificateAuthority(clusterName, validFor(20 * 365 * DAY_MS));

function validFor(ms: number): Validity {
  const now = Date.now();
  return { from: new Date(now - BACKDATE_MS), until: new Date(now + ms) };
}

function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error("A cluster needs at least one certificate authority.");
  return item;
}
