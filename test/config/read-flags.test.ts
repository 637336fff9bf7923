import { describe, expect, it } from "vitest";
import { environmentName, type FlagTable, shownFlags } from "../../src/config/flag-table.ts";
import { readCommandLine } from "../../src/config/read-flags.ts";
import { checkServeConfig, SERVE_FLAGS, type ServeConfig } from "../../src/config/serve-flags.ts";
import { GO_VERSIONS } from "../../src/heap/go-rules.ts";

function read(args: string[], environment: Record<string, string> = {}): ServeConfig {
  return readCommandLine(SERVE_FLAGS, args, environment).config;
}

describe("flags of the service", () => {
  it("have defaults that their own kinds read", () => {
    const config = read([]);
    expect(config.listenAddress).toEqual({ host: "127.0.0.1", port: 9201 });
    expect(config.chunkWindowMs).toBe(4 * 3600 * 1000);
    expect(config.writeBodyBytesMax).toBe(32 * 2 ** 20);
    expect(config.gogcPercent).toBe(20);
    expect(config.enableAdminApi).toBe(false);
    expect(config.querySamplesMax).toBe(50_000_000);
  });

  it("are read as --flag=value and as --flag value", () => {
    expect(read(["--heap.gogc=50"]).gogcPercent).toBe(50);
    expect(read(["--heap.gogc", "50"]).gogcPercent).toBe(50);
  });

  it("are read as --flag, --no-flag and --flag=true for a yes or no", () => {
    expect(read(["--web.enable-admin-api"]).enableAdminApi).toBe(true);
    expect(read(["--web.enable-admin-api=true"]).enableAdminApi).toBe(true);
    expect(read(["--no-web.enable-admin-api"]).enableAdminApi).toBe(false);
  });

  it("come from the environment unless the command line names them", () => {
    const environment = { SPANDREL_HEAP_GOGC: "off", SPANDREL_STORAGE_PATH: "/x" };
    expect(read([], environment).gogcPercent).toBeNull();
    expect(read(["--heap.gogc=7"], environment).gogcPercent).toBe(7);
    expect(read([], environment).storagePath).toBe("/x");
  });

  it("take an empty environment variable as unset", () => {
    expect(read([], { SPANDREL_STORAGE_PATH: "" }).storagePath).toBe("data");
  });

  it("show every value as a text that reads back to it", () => {
    const config = read(["--heap.limit=1.5GiB", "--web.listen-address=[::1]:0", "--heap.gogc=off"]);
    const shown = shownFlags(SERVE_FLAGS, config);
    expect(shown["heap.limit"]).toBe("1536MiB");
    const again = read(Object.entries(shown).map(([name, value]) => `--${name}=${value}`));
    expect(again).toEqual(config);
  });

  it("offer the Go versions that the heap knows", () => {
    for (const version of GO_VERSIONS) {
      expect(read([`--heap.go-version=${version}`]).goVersion).toBe(version);
    }
    expect(() => read(["--heap.go-version=1.14"])).toThrow("one of 1.15");
  });
});

describe("a refused command line", () => {
  it.each([
    [["--heap.gogc=abc"], '--heap.gogc="abc" is not allowed: want a whole number from 1 to 100000'],
    [["--query.timeout=5"], '--query.timeout="5" is not allowed: want a duration from 1ms to 1d'],
    [["--heap.limit=12XB"], "want a size from 4MiB to 256GiB"],
    [["--heap.limit=1"], "want a size from 4MiB to 256GiB"],
    [["--web.listen-address=x"], "want HOST:PORT"],
    [["--web.listen-address=:65536"], "want HOST:PORT"],
    [["--snapshot.order=random"], "want one of time, series, shuffled"],
    [["--storage.path="], "want a directory"],
    [["--web.enable-admin-api=yes"], "want true or false"],
    [["--storage.max-series"], "--storage.max-series needs a value: a whole number from 1"],
    [
      ["--storage.max-serie=1"],
      "unknown flag --storage.max-serie; the nearest is --storage.max-se",
    ],
    [["--no-heap.gogc"], "unknown flag --no-heap.gogc"],
    [["-x"], "unknown flag --x"],
    [["--heap.gogc=1", "--heap.gogc=2"], "--heap.gogc is given twice"],
  ])("%j says what is wrong and what is allowed", (args, message) => {
    expect(() => read(args)).toThrow(message);
  });

  it("names the environment variable that is wrong", () => {
    expect(() => read([], { SPANDREL_QUERY_MAX_CONCURRENCY: "0" })).toThrow(
      'SPANDREL_QUERY_MAX_CONCURRENCY="0" is not allowed: want a whole number from 1 to 1000',
    );
  });

  it("is refused when two settings contradict each other", () => {
    const config = read(["--storage.chunk-window=1h", "--storage.out-of-order-window=9h"]);
    expect(() => checkServeConfig(config)).toThrow("want at most the 8h that is kept");
    checkServeConfig(read(["--storage.chunk-window=1h", "--storage.out-of-order-window=8h"]));
  });
});

describe("environment names", () => {
  it("are derived from the flag and unique", () => {
    expect(environmentName("web.listen-address")).toBe("SPANDREL_WEB_LISTEN_ADDRESS");
    const table: FlagTable = SERVE_FLAGS;
    const names = Object.values(table).map(({ flag }) => environmentName(flag));
    expect(new Set(names).size).toBe(names.length);
  });
});
