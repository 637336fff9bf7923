/**
 * Who may do what, ready for use: the configuration file with all files that it names read in.
 *
 * I1  Tokens are kept as SHA-256 only; a token of at least 16 bytes that nobody can guess is what
 *     makes looking it up by its hash safe against timing.
 * I2  Certificate, key and client CAs are accepted by OpenSSL before they are used.
 */
import { createHash } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Disk } from "../base/disk.ts";
import type { Identity } from "./roles.ts";
import { configFault } from "./strict-fields.ts";
import {
  type ClientAuthType,
  type Material,
  parseWebConfig,
  type RateLimitConfig,
  type TlsConfig,
  type TokenConfig,
} from "./web-config.ts";

/** TLS with its certificates, as Node wants it. */
export interface TlsRules {
  readonly context: SecureContextOptions;
  readonly clientAuthType: ClientAuthType;
  readonly clientAllowedNames: readonly string[] | null;
}

export interface AccessRules {
  readonly tls: TlsRules | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: RateLimitConfig | null;
  readonly users: ReadonlyMap<string, string>;
  /** Client by the SHA-256 of its token, hexadecimal. */
  readonly tokens: ReadonlyMap<string, Identity>;
  /** Changes when any of the files does. */
  readonly fingerprint: string;
}

const TOKEN_BYTES_MIN = 16;

/** The rules of a service without a configuration file: everybody may do everything. */
export const OPEN_ACCESS: AccessRules = {
  tls: null,
  headers: {},
  rateLimit: null,
  users: new Map(),
  tokens: new Map(),
  fingerprint: "",
};

/** Whether a request must say who sends it. */
export function needsCredentials({ users, tokens }: AccessRules): boolean {
  return users.size > 0 || tokens.size > 0;
}

/** Whether nobody gets in without a secret: credentials, or a certificate that is verified. */
export function isGuarded(rules: AccessRules): boolean {
  const byCertificate = rules.tls?.clientAuthType === "RequireAndVerifyClientCert";
  return needsCredentials(rules) || byCertificate;
}

/** The hash under which a token is kept. */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Reads files by paths relative to one directory, and sums up what was read. */
class FileTexts {
  readonly sum = createHash("sha256");
  private readonly disk: Disk;
  private readonly directory: string;

  constructor(disk: Disk, path: string) {
    this.disk = disk;
    this.directory = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
  }

  async read(path: string): Promise<string> {
    const bytes = await this.disk.readFile(path);
    this.sum.update(`${path}\0${bytes.length}\0`).update(bytes);
    return new TextDecoder().decode(bytes);
  }

  /** A file that the configuration names. */
  readNamed(path: string): Promise<string> {
    return this.read(path.startsWith("/") ? path : this.directory + path);
  }

  async material(material: Material | null): Promise<string | undefined> {
    if (material === null) return undefined;
    return material.kind === "text" ? material.text : this.readNamed(material.path);
  }
}

/** Reads the rules. TsdbError CONFIG_INVALID names the file and what is wrong with it. */
export async function readAccessRules(disk: Disk, path: string): Promise<AccessRules> {
  const files = new FileTexts(disk, path);
  try {
    const config = parseWebConfig(await files.read(path));
    const tls = config.tls === null ? null : await tlsRules(config.tls, files);
    const tokens = await tokensByHash(config.tokens, files);
    const { headers, rateLimit, users } = config;
    const fingerprint = files.sum.digest("hex");
    return { tls, headers, rateLimit, users, tokens, fingerprint };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw configFault(`--web.config.file ${path}: ${said}`);
  }
}

async function tlsRules(config: TlsConfig, files: FileTexts): Promise<TlsRules> {
  const { clientAuthType, clientAllowedNames, minVersion, maxVersion } = config;
  const authority = await files.material(config.clientAuthority);
  const context: SecureContextOptions = {
    cert: (await files.material(config.certificate)) ?? "",
    key: (await files.material(config.key)) ?? "",
    minVersion,
    maxVersion,
    honorCipherOrder: config.prefersOwnCiphers,
    ...(authority === undefined ? {} : { ca: authority }),
    ...(config.ciphers === null ? {} : { ciphers: config.ciphers }),
    ...(config.curves === null ? {} : { ecdhCurve: config.curves }),
  };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw configFault(`tls_server_config: ${(cause as Error).message}`);
  }
  return { context, clientAuthType, clientAllowedNames };
}

async function tokensByHash(
  configs: readonly TokenConfig[],
  files: FileTexts,
): Promise<Map<string, Identity>> {
  const tokens = new Map<string, Identity>();
  for (const { name, role, token } of configs) {
    const hash = "hash" in token ? token.hash : hashOfFile(name, await files.readNamed(token.path));
    const other = tokens.get(hash);
    if (other) throw configFault(`bearer_tokens: ${other.name} and ${name} have the same token`);
    tokens.set(hash, { name, role });
  }
  return tokens;
}

/** The hash of a token file's text, the line end left out. */
function hashOfFile(name: string, text: string): string {
  const token = text.trim();
  if (token.length < TOKEN_BYTES_MIN || /\s/.test(token)) {
    const want = `want one word of at least ${TOKEN_BYTES_MIN} bytes`;
    throw configFault(`bearer_tokens.${name}.token_file: ${want}`);
  }
  return tokenHash(token);
}
