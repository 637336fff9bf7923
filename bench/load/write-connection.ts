/**
 * Write connection: one keep-alive HTTP/1.1 connection that posts write requests one at a time.
 *
 * Written on a plain socket, so that sending takes little of the machine that is measured: one
 * vectored write per request and a look for the end of the reply.
 *
 * I1  One request is under way at most (no pipelining); a body may be reused once post() resolves.
 * I2  Replies may carry Content-Length, chunked content or none (204).
 */
import { createConnection, type Socket } from "node:net";

export interface Reply {
  readonly status: number;
  /** Start of the reply's text, for error messages. */
  readonly text: string;
}

const REQUEST_2 = ";proto=io.prometheus.write.v2.Request";
const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "\r\n0\r\n\r\n";
const CHUNK_SIZE_LINE = /(?:^|\r\n)[0-9a-f]+\r\n/gi;

export class WriteConnection {
  private readonly head: string;
  private readonly port: number;
  private socket: Socket | null = null;
  private received = "";
  private settle: ((reply: Reply) => void) | null = null;
  private fail: ((error: Error) => void) | null = null;

  /** A connection to 127.0.0.1:`port`, opened with the first request; for 2.0 if `isTwo`. */
  constructor(port: number, path: string, isTwo = false) {
    this.port = port;
    this.head = [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "User-Agent: spandrel-bench",
      `Content-Type: application/x-protobuf${isTwo ? REQUEST_2 : ""}`,
      "Content-Encoding: snappy",
      `X-Prometheus-Remote-Write-Version: ${isTwo ? "2.0.0" : "0.1.0"}`,
      "Content-Length: ",
    ].join("\r\n");
  }

  /** Sends one body and resolves with the reply; rejects when the connection breaks. */
  post(body: Uint8Array): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
      this.received = "";
      const socket = this.socket ?? this.open();
      socket.cork();
      socket.write(`${this.head}${body.length}${HEAD_END}`, "latin1");
      socket.write(body);
      socket.uncork();
    });
  }

  close(): void {
    this.socket?.destroy();
    this.socket = null;
  }

  private open(): Socket {
    const socket = createConnection({ port: this.port, host: "127.0.0.1", noDelay: true });
    socket.on("data", (bytes: Buffer) => this.receive(bytes.toString("latin1")));
    socket.on("error", (error) => this.broken(socket, error));
    socket.on("close", () => this.broken(socket, new Error("connection closed by the server")));
    this.socket = socket;
    return socket;
  }

  private receive(text: string): void {
    this.received += text;
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0 || this.settle === null) return;
    const head = this.received.slice(0, headEnd).toLowerCase();
    const body = this.received.slice(headEnd + HEAD_END.length);
    const chunked = head.includes("\r\ntransfer-encoding: chunked");
    if (chunked ? !`\r\n${body}`.endsWith(LAST_CHUNK) : body.length < contentLength(head)) return;
    const { settle } = this;
    this.settle = null;
    this.fail = null;
    if (head.includes("\r\nconnection: close")) this.close();
    const content = chunked ? body.replaceAll(CHUNK_SIZE_LINE, "") : body;
    settle({ status: Number(head.slice(9, 12)), text: content.slice(0, 300) });
  }

  /** A socket that has been replaced or closed on purpose is nobody's concern. */
  private broken(socket: Socket, error: Error): void {
    if (this.socket !== socket) return;
    this.socket = null;
    const fail = this.fail;
    this.settle = null;
    this.fail = null;
    fail?.(error);
  }
}

function contentLength(head: string): number {
  return Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0);
}
