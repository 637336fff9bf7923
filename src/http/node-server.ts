/**
 * The socket's side of the server: plain HTTP, or HTTPS with certificates that may be exchanged
 * while it listens.
 *
 * I1  A client whose certificate does not do is cut off before any of its requests is read.
 *
 * Units: …Ms milliseconds, …Bytes bytes.
 */
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Server as NetServer } from "node:net";
import type { TLSSocket } from "node:tls";
import type { AccessFile } from "../access/access-file.ts";
import type { AccessRules, TlsRules } from "../access/access-rules.ts";

/** Request line and headers together, as Go allows: Grafana puts long queries into URLs. */
const HEADER_BYTES_MAX = 2 ** 20;
/** A request must arrive whole within this time (Prometheus' read timeout). */
const REQUEST_TIMEOUT_MS = 300_000;
/** Longer than senders keep idle connections (5 min), so that they close first and see no reset. */
const KEEP_ALIVE_MS = 360_000;
const HANDSHAKE_TIMEOUT_MS = 30_000;
/** Connections open at once: far more than senders keep, fewer than a process may have. */
const CONNECTIONS_MAX = 4096;

const HTTP_OPTIONS = {
  maxHeaderSize: HEADER_BYTES_MAX,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
} as const;

/** Subject alternative names of a certificate: "DNS:a, IP Address:1.2.3.4" without the kinds. */
export function alternativeNames(text: string): string[] {
  const names: string[] = [];
  for (const [, quoted, plain] of text.matchAll(/[A-Za-z ]+:(?:("(?:[^"\\]|\\.)*")|([^,]*))/g)) {
    names.push(quoted === undefined ? (plain ?? "") : (JSON.parse(quoted) as string));
  }
  return names;
}

/** Whether a client's certificate does, where OpenSSL was told to let any pass. */
function certificateDoes(socket: TLSSocket, rules: TlsRules): boolean {
  const { clientAuthType, clientAllowedNames } = rules;
  if (clientAuthType === "NoClientCert" || clientAuthType === "RequestClientCert") return true;
  const { subject, subjectaltname } = socket.getPeerCertificate();
  if (subject === undefined) return clientAuthType === "VerifyClientCertIfGiven";
  if (/Verify/.test(clientAuthType) && !socket.authorized) return false;
  if (clientAllowedNames === null) return true;
  return alternativeNames(subjectaltname ?? "").some((name) => clientAllowedNames.includes(name));
}

function tlsServer(handler: RequestListener, access: AccessFile, tls: TlsRules): TlsServer {
  const server = createTlsServer(
    {
      ...HTTP_OPTIONS,
      ...tls.context,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      ALPNProtocols: ["http/1.1"],
      requestCert: tls.clientAuthType !== "NoClientCert",
      rejectUnauthorized: tls.clientAuthType === "RequireAndVerifyClientCert",
    },
    handler,
  );
  server.on("secureConnection", (socket) => {
    const rules = access.rules.tls;
    if (rules === null || !certificateDoes(socket, rules)) socket.destroy();
  });
  const onChange = (rules: AccessRules) => {
    if (rules.tls !== null) server.setSecureContext(rules.tls.context);
  };
  const unwatch = access.watch(onChange);
  server.on("close", unwatch);
  return server;
}

/** What a server does about connections, whatever it speaks over them. */
function withConnections<Listener extends NetServer>(server: Listener): Listener {
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

/** Makes the server that listens; the access rules say whether it speaks TLS. */
export function nodeServer(handler: RequestListener, access: AccessFile): Server {
  const { tls } = access.rules;
  if (tls === null) {
    const server = createServer(HTTP_OPTIONS, handler);
    server.on(
      "close",
      access.watch(() => {}),
    );
    return withConnections(server);
  }
  // To everything above the socket the two are the same.
  return withConnections(tlsServer(handler, access, tls)) as unknown as Server;
}
