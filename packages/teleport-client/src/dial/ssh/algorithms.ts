import type { KeyObject } from "node:crypto";
import { type KeyPair, type PublicKeyAlgorithm, SshSessionConfiguration } from "@microsoft/dev-tunnels-ssh";
import { parseCertificate, type SshCertificate } from "./certificate.ts";
import { signBlob, toSignatureKind, verifyBlob } from "./signature.ts";

/** Certificates, by the names SSH negotiates: the kind of their signatures and the type their bytes begin with. */
const certificateKinds: readonly (readonly [name: string, signature: string, type: string])[] = [
  ["ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"],
  ["ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com"],
  ["ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com"],
  ["ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com"],
  ["rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512", "ssh-rsa-cert-v01@openssh.com"],
  ["rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256", "ssh-rsa-cert-v01@openssh.com"],
];

export interface AlgorithmDeps {
  /** Signs the log-in. */
  readonly key: KeyObject;
  /** Throws unless the server's host certificate can be trusted. Called in every key exchange. */
  checkHost(certificate: Buffer): void;
  /** Called when the server has proved as well that it has the key of that certificate. */
  onVerified(): void;
}

/**
 * What the SSH library negotiates: keys are certificates only, which it does not know by itself, the server's as well as
 * ours. All else are its defaults: ECDH and AES-256 in GCM or CTR, which Terrapin (CVE-2023-48795) does not break.
 */
export function createConfiguration(deps: AlgorithmDeps): SshSessionConfiguration {
  const config = new SshSessionConfiguration();
  config.protocolExtensions.length = 0;
  config.publicKeyAlgorithms.length = 0;
  for (const [name, signature, type] of certificateKinds) {
    config.publicKeyAlgorithms.push(createAlgorithm(name, signature, type, deps));
  }
  return config;
}

/** Our certificate as the library's key; the private part stays in {@link AlgorithmDeps}. */
export function createLoginKey({ type, blob }: SshCertificate): KeyPair {
  return createKey(type, blob);
}

function createAlgorithm(
  name: string,
  kind: string,
  type: string,
  { key, checkHost, onVerified }: AlgorithmDeps,
): PublicKeyAlgorithm {
  let host: Buffer = Buffer.alloc(0);
  const verify = async (data: Buffer, signature: Buffer) => {
    checkHost(host);
    const { type: sentType, publicKey } = parseCertificate(host);
    if (sentType !== type || toSignatureKind(signature) !== kind) return false;
    if (!verifyBlob(publicKey, data, signature)) return false;
    onVerified();
    return true;
  };
  return {
    name,
    keyAlgorithmName: type,
    hashAlgorithmName: "",
    createKeyPair: () => createKey(type, undefined, (bytes) => (host = Buffer.from(bytes))),
    generateKeyPair: () => Promise.reject(new Error("keys are not made here")),
    createSigner: () => ({ digestLength: 0, sign: async (data) => signBlob(kind, key, data), dispose: () => {} }),
    createVerifier: () => ({ digestLength: 0, verify, dispose: () => {} }),
    // Signatures go through as they are: they name their kind, which is not the name of the algorithm.
    readSignatureData: (signature) => signature,
    createSignatureData: (signature) => signature,
  };
}

function createKey(type: string, blob?: Buffer, onBlob: (blob: Buffer) => void = () => {}): KeyPair {
  let bytes = blob;
  const unused = () => Promise.reject(new Error("keys are neither made nor taken apart here"));
  return {
    keyAlgorithmName: type,
    get hasPublicKey() {
      return bytes !== undefined;
    },
    hasPrivateKey: blob !== undefined,
    comment: null,
    async setPublicKeyBytes(next) {
      bytes = next;
      onBlob(next);
    },
    getPublicKeyBytes: async () => bytes ?? null,
    generate: unused,
    importParameters: unused,
    exportParameters: unused,
    dispose: () => {},
  };
}
