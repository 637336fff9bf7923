/**
 * Requests to the service: the envelope taken off, errors as the server words them, credentials.
 *
 * Credentials that were typed into the page are kept for this tab only. Those that the browser
 * itself has asked for are sent by the browser.
 */
import { askForCredentials } from "./sign-in.ts";

const KEY = "spandrel.authorization";
const UNAUTHORIZED = 401;

/** A request that failed; the text is for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly errorType: string;

  constructor(status: number, errorType: string, message: string) {
    super(message);
    this.status = status;
    this.errorType = errorType;
  }
}

/** An answer with what the server had to say beside the data. */
export interface Answer<Data> {
  readonly data: Data;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

function credentials(): Record<string, string> {
  const kept = sessionStorage.getItem(KEY);
  return kept === null ? {} : { authorization: kept };
}

/** A request with credentials; asks for them when the server wants some. */
export async function request(path: string, options: RequestInit = {}): Promise<Response> {
  for (;;) {
    const headers = { ...(options.headers as Record<string, string>), ...credentials() };
    const response = await fetch(path, { ...options, headers }).catch((error: unknown) => {
      if (options.signal?.aborted) throw error;
      throw new ApiError(0, "unreachable", "the service cannot be reached");
    });
    if (response.status !== UNAUTHORIZED) return response;
    const typed = await askForCredentials();
    if (typed === null) throw new ApiError(UNAUTHORIZED, "unauthorized", "sign in to see this");
    sessionStorage.setItem(KEY, typed);
  }
}

/** Data of a JSON answer. Throws ApiError. */
export async function ask<Data>(path: string, options: RequestInit = {}): Promise<Data> {
  return (await askWhole<Data>(path, options)).data;
}

/** A whole JSON answer. Throws ApiError. */
export async function askWhole<Data>(
  path: string,
  options: RequestInit = {},
): Promise<Answer<Data>> {
  const response = await request(path, options);
  const text = await response.text();
  const parsed = parse(text);
  if (response.ok && parsed?.["status"] === "success") {
    return {
      data: parsed["data"] as Data,
      warnings: (parsed["warnings"] as string[] | undefined) ?? [],
      infos: (parsed["infos"] as string[] | undefined) ?? [],
    };
  }
  const errorType = (parsed?.["errorType"] as string | undefined) ?? "http";
  const message =
    (parsed?.["error"] as string | undefined) ?? (text.trim().slice(0, 300) || response.statusText);
  throw new ApiError(response.status, errorType, message);
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** Bytes of an answer. Throws ApiError. */
export async function askBytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const response = await request(path, signal === undefined ? {} : { signal });
  if (response.ok) return response.arrayBuffer();
  throw new ApiError(response.status, "http", (await response.text()).trim());
}

/** What went wrong, in words. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
