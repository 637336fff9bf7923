import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bytesText, countText, durationText, percentText } from "../../src/web/base/figure-text.ts";
import { testServer } from "./test-server.ts";

const pageDirectory = mkdtempSync(join(tmpdir(), "spandrel-page-"));
mkdirSync(join(pageDirectory, "assets"));
writeFileSync(join(pageDirectory, "index.html"), "<!doctype html><title>Spandrel</title>");
writeFileSync(join(pageDirectory, "assets", "main-abc.js"), "export {};");
afterAll(() => rmSync(pageDirectory, { recursive: true }));
const { get, send } = await testServer({ pageDirectory });

describe("the page", () => {
  it("is the built document, asked for anew each time", async () => {
    const { status, text, headers } = await get("/");
    expect(status).toBe(200);
    expect(text).toContain("<title>Spandrel</title>");
    expect(headers["content-type"]).toMatch(/^text\/html/);
    expect(headers["cache-control"]).toBe("no-cache");
    expect((await send("HEAD", "/")).status).toBe(200);
    expect((await send("POST", "/")).status).toBe(405);
  });

  it("loads nothing from elsewhere and runs no script but its own files", async () => {
    const policy = (await get("/")).headers["content-security-policy"];
    expect(policy).toMatch(/^default-src 'self';/);
    expect(policy).not.toMatch(/unsafe|http/);
  });

  it("has files that may be kept for ever, and no others", async () => {
    const { status, headers } = await get("/assets/main-abc.js");
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect((await get("/assets/")).status).toBe(403);
    for (const path of ["/assets/none.js", "/assets/..%2findex.html", "/index.html"]) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
  });

  it("says how it is made when it is not", async () => {
    const { status, text } = await (await testServer()).get("/");
    expect(status).toBe(503);
    expect(text).toContain("npm run build");
  });
});

describe("figures for people", () => {
  it("are short", () => {
    expect(bytesText(0)).toBe("0 B");
    expect(bytesText(1023)).toBe("1023 B");
    expect(bytesText(150 * 2 ** 20)).toBe("150 MiB");
    expect(bytesText(2 ** 50)).toBe("1024 TiB");
    expect(countText(1_234_567)).toBe("1\u202f234\u202f567");
    expect(percentText(1, 3)).toBe("33.3 %");
    expect(percentText(1, 0)).toBe("0 %");
    expect(durationText(3 * 3_600_000 + 12 * 60_000)).toBe("3 h 12 min");
    expect(durationText(-1)).toBe("0 s");
  });
});
