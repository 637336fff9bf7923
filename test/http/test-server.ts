/**
 * A server over fake parts, asked by inject(): no socket.
 */
import { afterAll } from "vitest";
import { buildServer } from "../../src/http/server.ts";
import type { ServerParts } from "../../src/http/server-parts.ts";
import { fakeParts } from "./fake-service.ts";

/** An answer of the API. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Builds a server that is closed after the file's tests. */
export async function testServer(changes: Partial<ServerParts> = {}) {
  const fakes = fakeParts(changes);
  const app = await buildServer(fakes.parts);
  afterAll(() => app.close());

  async function get(url: string, headers: Record<string, string> = {}): Promise<Reply> {
    const answer = await app.inject({ method: "GET", url, headers });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body };
  }

  async function send(
    method: "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT",
    url: string,
    payload?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const body = payload === undefined ? {} : { payload };
    const answer = await app.inject({ method, url, headers, ...body });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body };
  }

  /** Posts a form. */
  function post(url: string, form: Record<string, string> | [string, string][]): Promise<Reply> {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return send("POST", url, new URLSearchParams(form).toString(), type);
  }

  /** The member `data` of a successful answer. */
  async function data(url: string): Promise<unknown> {
    const { status, text } = await get(url);
    if (status !== 200) throw new Error(`${url}: ${status} ${text}`);
    return (JSON.parse(text) as { data: unknown }).data;
  }

  return { ...fakes, app, get, send, post, data };
}
