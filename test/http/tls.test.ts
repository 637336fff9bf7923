import { request } from "node:https";
import { type ConnectionOptions, connect } from "node:tls";
import { describe, expect, it } from "vitest";
import { AccessFile } from "../../src/access/access-file.ts";
import { silentLog } from "../../src/base/log.ts";
import { closeServer, listen, originOf } from "../../src/http/listen.ts";
import { alternativeNames } from "../../src/http/node-server.ts";
import { buildServer } from "../../src/http/server.ts";
import { makeAuthority, makeCertificate } from "../access/certificates.ts";
import { diskOf, writeFile } from "../access/files.ts";
import { fakeParts } from "./fake-service.ts";

const authority = makeAuthority("authority");
const stranger = makeAuthority("stranger");
const server = makeCertificate(authority, "authority", "localhost");
const client = makeCertificate(authority, "authority", "prometheus.example");
const other = makeCertificate(authority, "authority", "other.example");
const foreign = makeCertificate(stranger, "stranger", "prometheus.example");

async function tlsServer(more = "") {
  const text = `tls_server_config:\n  cert_file: s.crt\n  key_file: s.key\n${more}`;
  const files = { "s.crt": server.cert, "s.key": server.key, "ca.crt": authority.cert };
  const disk = await diskOf({ "web.yml": text, ...files });
  const access = await AccessFile.open(disk, "/etc/web.yml", silentLog);
  const app = await buildServer(fakeParts({ access }).parts);
  const port = await listen(app, "127.0.0.1", 0);
  return { app, port, disk, access };
}

/** Status of a request over a connection of its own, or the word "refused". */
function ask(port: number, options: ConnectionOptions = {}): Promise<number | "refused"> {
  return new Promise((resolve) => {
    const sent = request(
      { host: "127.0.0.1", port, path: "/-/healthy", ca: authority.cert, agent: false, ...options },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on("error", () => resolve("refused"));
    sent.end();
  });
}

describe("a server with TLS", () => {
  it("answers those who trust its authority, in the versions allowed", async () => {
    const { app, port } = await tlsServer("  min_version: TLS13\n");
    expect(await ask(port)).toBe(200);
    expect(await ask(port, { ca: stranger.cert })).toBe("refused");
    expect(await ask(port, { maxVersion: "TLSv1.2" })).toBe("refused");
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    await closeServer(app);
    expect(originOf("0.0.0.0", 9201, "https")).toBe("https://localhost:9201");
  });

  it("speaks the ciphers that it was given", async () => {
    const suites = "  max_version: TLS12\n  cipher_suites:\n";
    const { app, port } = await tlsServer(
      `${suites}    - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n`,
    );
    expect(await ask(port)).toBe(200);
    expect(await ask(port, { ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).toBe("refused");
    await closeServer(app);
  });

  it.each([
    ["NoClientCert", "", [200, 200, 200, 200]],
    ["RequestClientCert", "", [200, 200, 200, 200]],
    ["RequireAnyClientCert", "", ["refused", 200, 200, 200]],
    ["VerifyClientCertIfGiven", "client_ca_file: ca.crt", [200, 200, 200, "refused"]],
    ["RequireAndVerifyClientCert", "client_ca_file: ca.crt", ["refused", 200, 200, "refused"]],
    [
      "RequireAndVerifyClientCert",
      "client_ca_file: ca.crt\n  client_allowed_sans: [prometheus.example]",
      ["refused", 200, "refused", "refused"],
    ],
  ])("asks for client certificates as %s %s says", async (type, more, expected) => {
    const { app, port } = await tlsServer(`  client_auth_type: ${type}\n  ${more}\n`);
    const found = [await ask(port)];
    for (const shown of [client, other, foreign]) found.push(await ask(port, shown));
    expect(found).toEqual(expected);
    await closeServer(app);
  });

  it("shows a new certificate once the files have it, and one that is no use never", async () => {
    const { app, port, disk, access } = await tlsServer();
    const shown = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port, ca: authority.cert }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.on("error", reject);
      });
    expect(await shown()).toBe("localhost");
    await writeFile(disk, "/etc/s.crt", other.cert);
    await expect(access.reload()).rejects.toThrow("tls_server_config");
    expect(await shown()).toBe("localhost");
    await writeFile(disk, "/etc/s.key", other.key);
    await access.reload();
    expect(await shown()).toBe("other.example");
    await writeFile(disk, "/etc/web.yml", "{}");
    await expect(access.reload()).rejects.toThrow("NoClientCert to no TLS takes a restart");
    await closeServer(app);
  });
});

describe("alternative names", () => {
  it("are read whatever their kind", () => {
    const text = 'DNS:a.example, IP Address:127.0.0.1, URI:spiffe://x/y, DNS:"odd, name"';
    const names = ["a.example", "127.0.0.1", "spiffe://x/y", "odd, name"];
    expect(alternativeNames(text)).toEqual(names);
    expect(alternativeNames("")).toEqual([]);
  });
});
