import { describe, expect, it } from "vitest";
import { isGuarded, needsCredentials, readAccessRules } from "../../src/access/access-rules.ts";
import { parseWebConfig } from "../../src/access/web-config.ts";
import { makeAuthority, makeCertificate } from "./certificates.ts";
import { diskOf } from "./files.ts";

const HASH = `$2b$10$${"x".repeat(53)}`;
const DIGITS = "ab".repeat(32);

const refused = (text: string) => expect(() => parseWebConfig(text));

describe("a web configuration", () => {
  it("reads all that Prometheus' format has", () => {
    const config = parseWebConfig(`
tls_server_config:
  cert_file: server.crt
  key: |
    PEM
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.example]
  min_version: TLS13
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=1
basic_auth_users:
  alice: ${HASH}
rate_limit: { interval: 10ms, burst: 20 }
bearer_tokens:
  prometheus: { role: write, token_file: tokens/prometheus }
  grafana: { role: read, token_sha256: ${DIGITS.toUpperCase()} }
`);
    expect(config).toEqual({
      tls: {
        certificate: { kind: "file", path: "server.crt" },
        key: { kind: "text", text: "PEM\n" },
        clientAuthType: "RequireAndVerifyClientCert",
        clientAuthority: { kind: "file", path: "ca.crt" },
        clientAllowedNames: ["prometheus.example"],
        minVersion: "TLSv1.3",
        maxVersion: "TLSv1.3",
        ciphers: "ECDHE-RSA-AES128-GCM-SHA256",
        curves: "X25519:prime256v1",
        prefersOwnCiphers: false,
      },
      headers: { "x-frame-options": "deny", "strict-transport-security": "max-age=1" },
      rateLimit: { intervalMs: 10, burst: 20 },
      users: new Map([["alice", HASH]]),
      tokens: [
        { name: "prometheus", role: "write", token: { path: "tokens/prometheus" } },
        { name: "grafana", role: "read", token: { hash: DIGITS } },
      ],
    });
  });

  it("has Prometheus' defaults", () => {
    const { tls } = parseWebConfig("tls_server_config: { cert: C, key: K }");
    const versions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.3", prefersOwnCiphers: true };
    expect(tls).toMatchObject({ ...versions, clientAuthType: "NoClientCert", ciphers: null });
    expect(parseWebConfig("")).toMatchObject({ tls: null, rateLimit: null, tokens: [] });
  });

  it.each([
    ["tls_server_confg: {}", "tls_server_confg: unknown key"],
    ["tls_server_config: { cert_fil: x }", "tls_server_config.cert_fil: unknown"],
    ["tls_server_config: { cert: C, key: K, cert_fil: x }", "tls_server_config.cert_fil: unknown"],
    ["tls_server_config: { cert: C }", "tls_server_config.key: missing one of key or key_file"],
    ["tls_server_config: { cert: C, cert_file: c, key: K }", "give either this or cert_file"],
    ["tls_server_config: { min_version: TLS12 }", "cert: missing one of"],
    ["tls_server_config: { cert: C, key: K, min_version: SSL3 }", 'got "SSL3"'],
    ["tls_server_config: { cert: C, key: K, max_version: TLS11 }", "TLS11 is below min_version"],
    ["tls_server_config: { cert: C, key: K, client_ca: A }", "client_ca: client CAs need"],
    ["tls_server_config: { cert: C, key: K, client_auth_type: Maybe }", 'got "Maybe"'],
    [
      "tls_server_config: { cert: C, key: K, client_auth_type: RequireAndVerifyClientCert }",
      "RequireAndVerifyClientCert needs client_ca",
    ],
    ["tls_server_config: { cert: C, key: K, client_allowed_sans: [a] }", "client_allowed_sans: ne"],
    ["tls_server_config: { cert: C, key: K, cipher_suites: [RC4] }", 'got "RC4"'],
    ["http_server_config: { headers: { X-Powered-By: me } }", "headers.X-Powered-By: unknown key"],
    ["http_server_config: { headers: { X-Frame-Options: x } }", "want one of deny, sameorigin"],
    ["basic_auth_users: { alice: hunter2 }", "basic_auth_users.alice: want a password hashed"],
    [`basic_auth_users: { a: ${HASH.replace("10", "31")} }`, "bcrypt cost 31 is not allowed"],
    ["basic_auth_users: [alice]", "basic_auth_users: want a mapping"],
    ["rate_limit: { interval: 1s }", "rate_limit.burst: want at least 1"],
    ["bearer_tokens: { a: { token_file: x } }", "bearer_tokens.a.role: want one of write, read"],
    ["bearer_tokens: { a: { role: root, token_file: x } }", 'got "root"'],
    ["bearer_tokens: { a: { role: read } }", "give either this or token_sha256"],
    ["bearer_tokens: { a: { role: read, token: x } }", "bearer_tokens.a.token: unknown key"],
    ["bearer_tokens: { a: { role: read, token_sha256: abc } }", "64 hexadecimal digits"],
    ["basic_auth_users: {\n  alice: [", "not valid YAML at line"],
  ])("refuses %s", (text, message) => {
    refused(text).toThrow(message);
  });

  it("never repeats a secret in an error", () => {
    for (const text of [
      "basic_auth_users: { alice: hunter2 }",
      "bearer_tokens: { a: { role: read, token_sha256: hunter2 } }",
      'basic_auth_users: { alice: "hunter2" hunter2',
    ]) {
      try {
        parseWebConfig(text);
      } catch (error) {
        expect((error as Error).message).not.toContain("hunter2");
      }
    }
  });
});

describe("the rules made of it", () => {
  const authority = makeAuthority("authority");
  const server = makeCertificate(authority, "authority", "localhost");
  const TLS = "tls_server_config: { cert_file: s.crt, key_file: s.key }\n";

  it("have the files that it names, below its own directory", async () => {
    const text = `${TLS}bearer_tokens: { a: { role: write, token_file: token } }`;
    const files = { "web.yml": text, "s.crt": server.cert, "s.key": server.key };
    const disk = await diskOf({ ...files, token: "0123456789abcdef\n" });
    const rules = await readAccessRules(disk, "/etc/web.yml");
    expect(rules.tls?.context.cert).toBe(server.cert);
    expect([...rules.tokens.values()]).toEqual([{ name: "a", role: "write" }]);
    expect([...rules.tokens.keys()][0]).toMatch(/^9f9f5111/);
    expect(needsCredentials(rules)).toBe(true);
    expect(isGuarded(rules)).toBe(true);
  });

  it("are refused with the file's name when a file is missing or no use", async () => {
    const read = async (files: Record<string, string>) =>
      readAccessRules(await diskOf(files), "/etc/web.yml");
    await expect(read({})).rejects.toThrow("--web.config.file /etc/web.yml: ");
    await expect(read({ "web.yml": TLS })).rejects.toThrow("/etc/s.");
    const files = { "web.yml": TLS, "s.crt": server.cert, "s.key": authority.key };
    await expect(read(files)).rejects.toThrow("tls_server_config: ");
    const short = "bearer_tokens: { a: { role: write, token_file: token } }";
    await expect(read({ "web.yml": short, token: "short" })).rejects.toThrow("at least 16 bytes");
    const twice = `bearer_tokens:
  a: { role: write, token_sha256: ${DIGITS} }
  b: { role: read, token_sha256: ${DIGITS} }`;
    await expect(read({ "web.yml": twice })).rejects.toThrow("a and b have the same token");
  });
});
