/**
 * The file of --web.config.file: Prometheus' own format, and a section of bearer tokens beside it.
 *
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md has the
 * format; `bearer_tokens` is Spandrel's: names of clients, each with a role and a token, given as
 * a file or as its SHA-256.
 *
 * I1  A key or word that is not known is refused by name, and so is half of a pair.
 * I2  What is read here is text only: the files that it names are read by web-config-file.ts.
 *
 * Units: …Ms milliseconds.
 */
import { parse } from "yaml";
import { parseDuration } from "../base/duration.ts";
import { ROLES, type Role } from "./roles.ts";
import { configFault, StrictFields } from "./strict-fields.ts";
import { CIPHERS, CLIENT_AUTH_TYPES, CURVES, namesOf, TLS_VERSIONS } from "./tls-names.ts";

/** A PEM text in the file itself, or the path of a file that has it. */
export type Material =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly path: string };

export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** TLS as the file has it, in OpenSSL's names. */
export interface TlsConfig {
  readonly certificate: Material;
  readonly key: Material;
  readonly clientAuthType: ClientAuthType;
  readonly clientAuthority: Material | null;
  /** Subject alternative names of which a client must have one; null = any client. */
  readonly clientAllowedNames: readonly string[] | null;
  readonly minVersion: (typeof TLS_VERSIONS)[keyof typeof TLS_VERSIONS];
  readonly maxVersion: (typeof TLS_VERSIONS)[keyof typeof TLS_VERSIONS];
  /** Null is OpenSSL's own choice. */
  readonly ciphers: string | null;
  readonly curves: string | null;
  readonly prefersOwnCiphers: boolean;
}

/** A client that shows a token; `tokenHash` is the SHA-256 in hexadecimal digits. */
export interface TokenConfig {
  readonly name: string;
  readonly role: Role;
  readonly token: { readonly hash: string } | { readonly path: string };
}

/** At most `burst` requests at once, and one more each `intervalMs`; null is no limit. */
export interface RateLimitConfig {
  readonly intervalMs: number;
  readonly burst: number;
}

export interface WebConfig {
  readonly tls: TlsConfig | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: RateLimitConfig | null;
  /** Bcrypt hash by user. */
  readonly users: ReadonlyMap<string, string>;
  readonly tokens: readonly TokenConfig[];
}

/** Headers that the file may set, with the values allowed; no list is any value. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  "Content-Security-Policy": [],
  "X-Frame-Options": ["deny", "sameorigin"],
  "X-Content-Type-Options": ["nosniff"],
  "X-XSS-Protection": [],
  "Strict-Transport-Security": [],
};
const BCRYPT = /^\$2[abxy]?\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** Above this a check takes minutes: a mistyped cost would lock everybody out. */
const BCRYPT_COST_MAX = 18;
const SHA256 = /^[0-9a-fA-F]{64}$/;

/** Reads the text of a configuration file. TsdbError CONFIG_INVALID names what is wrong. */
export function parseWebConfig(text: string): WebConfig {
  const file = new StrictFields("", yamlOf(text));
  const config = {
    tls: tlsOf(file.fields("tls_server_config")),
    headers: headersOf(file.fields("http_server_config")),
    rateLimit: rateLimitOf(file.fields("rate_limit")),
    users: usersOf(file.fields("basic_auth_users")),
    tokens: tokensOf(file.fields("bearer_tokens")),
  };
  file.finish();
  return config;
}

function yamlOf(text: string): unknown {
  try {
    return parse(text, { logLevel: "error", prettyErrors: false });
  } catch (cause) {
    // The parser's own text may quote the line, and with it a secret: the place must do.
    const place = (cause as { pos?: readonly number[] }).pos?.[0];
    const line = place === undefined ? "" : ` at line ${text.slice(0, place).split("\n").length}`;
    throw configFault(`not valid YAML${line}`);
  }
}

/** Text or file under a pair of keys; both together are refused. */
function materialOf(fields: StrictFields, key: string): Material | null {
  const text = fields.text(key);
  const path = fields.text(`${key}_file`);
  if (text !== undefined && path !== undefined) {
    throw fields.fault(key, `give either this or ${key}_file`);
  }
  if (text !== undefined) return { kind: "text", text };
  return path === undefined ? null : { kind: "file", path };
}

function tlsOf(fields: StrictFields): TlsConfig | null {
  const certificate = materialOf(fields, "cert");
  const key = materialOf(fields, "key");
  const clientAuthority = materialOf(fields, "client_ca");
  const authType = fields.word("client_auth_type", CLIENT_AUTH_TYPES);
  const allowed = fields.texts("client_allowed_sans") ?? null;
  const min = fields.word("min_version", namesOf(TLS_VERSIONS)) ?? "TLS12";
  const max = fields.word("max_version", namesOf(TLS_VERSIONS)) ?? "TLS13";
  const ciphers = fields.words("cipher_suites", namesOf(CIPHERS)) ?? [];
  const curves = fields.words("curve_preferences", namesOf(CURVES)) ?? [];
  const prefersOwnCiphers = fields.yesOrNo("prefer_server_cipher_suites", true);
  fields.finish();
  if (!certificate && !key && !clientAuthority && authType === undefined) {
    if (fields.keys.length > 0) throw fields.fault("cert", "missing one of cert or cert_file");
    return null;
  }
  if (!certificate) throw fields.fault("cert", "missing one of cert or cert_file");
  if (!key) throw fields.fault("key", "missing one of key or key_file");
  if (max < min) throw fields.fault("max_version", `${max} is below min_version ${min}`);
  const clientAuthType = authType ?? "NoClientCert";
  checkClientAuth(fields, clientAuthType, clientAuthority, allowed);
  const names = ciphers.map((name) => CIPHERS[name]).filter((name) => name !== "");
  return {
    certificate,
    key,
    clientAuthType,
    clientAuthority,
    clientAllowedNames: allowed,
    minVersion: TLS_VERSIONS[min],
    maxVersion: TLS_VERSIONS[max],
    ciphers: names.length > 0 ? names.join(":") : null,
    curves: curves.length > 0 ? curves.map((name) => CURVES[name]).join(":") : null,
    prefersOwnCiphers,
  };
}

/** Refuses settings of client certificates that would look strict and check nothing. */
function checkClientAuth(
  fields: StrictFields,
  type: ClientAuthType,
  authority: Material | null,
  allowed: readonly string[] | null,
): void {
  if (authority && type === "NoClientCert") {
    throw fields.fault("client_ca", "client CAs need a client_auth_type that asks for them");
  }
  if (!authority && /Verify/.test(type)) {
    throw fields.fault("client_auth_type", `${type} needs client_ca or client_ca_file`);
  }
  if (allowed && !/^Require/.test(type)) {
    const want = "RequireAnyClientCert or RequireAndVerifyClientCert";
    throw fields.fault("client_allowed_sans", `needs client_auth_type to be ${want}`);
  }
}

function headersOf(fields: StrictFields): Record<string, string> {
  // HTTP/1.1 is spoken in either case: clients that could do HTTP/2 agree on it by themselves.
  fields.yesOrNo("http2", true);
  const given = fields.fields("headers");
  fields.finish();
  const headers: Record<string, string> = {};
  for (const [name, allowed] of Object.entries(HEADERS)) {
    const value = given.text(name);
    if (value === undefined) continue;
    if (allowed.length > 0 && !allowed.includes(value)) {
      throw given.fault(name, `want one of ${allowed.join(", ")}, got ${JSON.stringify(value)}`);
    }
    if (!/^[\x20-\x7e]*$/.test(value)) throw given.fault(name, "want printable ASCII");
    headers[name.toLowerCase()] = value;
  }
  given.finish();
  return headers;
}

function rateLimitOf(fields: StrictFields): RateLimitConfig | null {
  const interval = fields.text("interval") ?? "0";
  const burst = fields.count("burst", 0);
  fields.finish();
  const intervalMs = parseDuration(interval);
  if (intervalMs === null) throw fields.fault("interval", "want a duration such as 10ms or 1s");
  if (intervalMs === 0) return null;
  if (burst === 0) throw fields.fault("burst", "want at least 1");
  return { intervalMs, burst };
}

function usersOf(fields: StrictFields): Map<string, string> {
  const users = new Map<string, string>();
  for (const name of fields.keys) {
    const hash = fields.text(name) ?? "";
    const cost = Number(BCRYPT.exec(hash)?.[1] ?? Number.NaN);
    if (Number.isNaN(cost)) throw fields.fault(name, "want a password hashed with bcrypt");
    if (cost < 4 || cost > BCRYPT_COST_MAX) {
      throw fields.fault(name, `bcrypt cost ${cost} is not allowed: want 4 to ${BCRYPT_COST_MAX}`);
    }
    if (name.includes(":")) throw fields.fault(name, "a user's name cannot have a colon");
    users.set(name, hash);
  }
  return users;
}

function tokensOf(fields: StrictFields): TokenConfig[] {
  return fields.keys.map((name) => {
    const entry = fields.fields(name);
    const role = entry.word("role", ROLES);
    const path = entry.text("token_file");
    const hash = entry.text("token_sha256");
    entry.finish();
    if (role === undefined) throw entry.fault("role", `want one of ${ROLES.join(", ")}`);
    if ((path === undefined) === (hash === undefined)) {
      throw entry.fault("token_file", "give either this or token_sha256");
    }
    if (path !== undefined) return { name, role, token: { path } };
    if (hash === undefined || !SHA256.test(hash)) {
      throw entry.fault("token_sha256", "want the 64 hexadecimal digits of a SHA-256");
    }
    return { name, role, token: { hash: hash.toLowerCase() } };
  });
}
