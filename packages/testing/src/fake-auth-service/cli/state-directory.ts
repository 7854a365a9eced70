import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { restoreCertificateAuthority } from "../credentials/certificate-authority.ts";
import { parseIdentityFile } from "../credentials/identity-file-reader.ts";
import type { IdentityParts } from "../credentials/identity-file-writer.ts";
import type { IdentityIssuerState } from "../credentials/identity-issuer.ts";
import { createSshAuthority } from "../credentials/ssh-certificate.ts";
import { replaceFile } from "./replace-file.ts";

/** The directory that `auth-sim` writes and `auth-ctl` reads: credentials, authorities, address. */
export interface StateDirectory {
  /** Authorities of an earlier run for the same cluster; undefined when there are none. */
  readAuthorities(clusterName: string): Promise<IdentityIssuerState | undefined>;
  writeAuthorities(state: IdentityIssuerState): Promise<void>;
  /** An identity file: `identity`, `requester`, `reviewer`, `admin`. */
  writeIdentity(name: string, text: string): Promise<void>;
  /** `NAME.key`, `NAME.crt`, `NAME.cas`. */
  writeTrio(name: string, parts: IdentityParts): Promise<void>;
  /** `NAME.cas`: what stands for the system's roots when that web address is dialled. */
  writeWebAuthority(name: "proxy" | "balancer", pem: string): Promise<void>;
  /** Where a file of this name is. */
  path(name: string): string;
  /** Throws an error that names the file and the fix. */
  readIdentity(name: string): Promise<IdentityParts>;
  writeAddress(address: string): Promise<void>;
  /** Throws an error that names the file and the fix. */
  readAddress(): Promise<string>;
}

const PRIVATE = 0o600;
const PUBLIC = 0o644;

/** Files are replaced whole, never half written; secrets are readable by their owner only. */
export function createStateDirectory(dir: string): StateDirectory {
  const path = (name: string) => join(dir, name);
  const write = (name: string, text: string, mode: number) => replaceFile(path(name), text, mode);
  const read = async (name: string, fix: string) => {
    try {
      return await readFile(path(name), "utf8");
    } catch (error) {
      throw new Error(`Cannot read ${path(name)}. ${fix}`, { cause: error });
    }
  };
  return {
    async readAuthorities(clusterName) {
      const texts = await Promise.all(
        AUTHORITY_FILES.map((name) => readFile(path(name), "utf8").catch(() => undefined)),
      );
      const [certificate, key, sshKey] = texts;
      if (certificate === undefined || key === undefined || sshKey === undefined) return undefined;
      if (!new X509Certificate(certificate).subject.split("\n").includes(`CN=${clusterName}`)) return undefined;
      return {
        authorities: [restoreCertificateAuthority(clusterName, certificate, key)],
        sshAuthority: createSshAuthority(createPrivateKey(sshKey)),
      };
    },
    async writeAuthorities({ authorities: [authority], sshAuthority }) {
      if (!authority) return;
      const texts = [authority.certificatePem, authority.privateKeyPem, sshAuthority.privateKeyPem];
      await Promise.all(AUTHORITY_FILES.map((name, index) => write(name, texts[index] ?? "", PRIVATE)));
    },
    writeIdentity: (name, text) => write(name, text, PRIVATE),
    async writeTrio(name, parts) {
      await write(`${name}.key`, parts.privateKeyPem, PRIVATE);
      await write(`${name}.crt`, parts.certificatePem, PUBLIC);
      await write(`${name}.cas`, parts.authorityPems.join(""), PUBLIC);
    },
    writeWebAuthority: (name, pem) => write(`${name}.cas`, pem, PUBLIC),
    path,
    readIdentity: async (name) =>
      parseIdentityFile(await read(name, "Start auth-sim with the same --dir first, or choose another --as.")),
    writeAddress: (address) => write(ADDRESS_FILE, `${address}\n`, PUBLIC),
    readAddress: async () =>
      (await read(ADDRESS_FILE, "Start auth-sim with the same --dir first, or give --addr.")).trim(),
  };
}

const ADDRESS_FILE = "auth.addr";
const AUTHORITY_FILES = ["authority.crt", "authority.key", "authority-ssh.key"] as const;
