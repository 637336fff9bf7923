/**
 * The rules in force, read again while the service runs: users, tokens and certificates may be
 * exchanged without a restart.
 *
 * I1  A file that cannot be read or used changes nothing: the rules before it stay in force, the
 *     log says why once, and the fault is counted.
 * I2  Whether there is TLS, and how client certificates are asked for, is settled at the start.
 */
import type { Disk } from "../base/disk.ts";
import type { Log } from "../base/log.ts";
import { type AccessRules, OPEN_ACCESS, readAccessRules } from "./access-rules.ts";
import { configFault } from "./strict-fields.ts";

/** How often the files are looked at. */
const RELOAD_MS = 1000;

export class AccessFile {
  /** Times that changed files were refused, and taken. */
  failureCount = 0;
  reloadCount = 0;
  private readonly disk: Disk;
  private readonly path: string;
  private readonly log: Log;
  private inForce: AccessRules;
  private lastFault = "";
  private readonly watchers = new Set<(rules: AccessRules) => void>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;

  private constructor(disk: Disk, path: string, log: Log, rules: AccessRules) {
    this.disk = disk;
    this.path = path;
    this.log = log;
    this.inForce = rules;
  }

  /** Rules that no file stands behind. */
  static fixed(disk: Disk, log: Log, rules: AccessRules): AccessFile {
    return new AccessFile(disk, "", log, rules);
  }

  /** Reads the file at `path`; no path is no file. TsdbError CONFIG_INVALID when it is no use. */
  static async open(disk: Disk, path: string, log: Log): Promise<AccessFile> {
    const rules = path === "" ? OPEN_ACCESS : await readAccessRules(disk, path);
    return new AccessFile(disk, path, log, rules);
  }

  /** The rules in force. */
  get rules(): AccessRules {
    return this.inForce;
  }

  /** Reads the files again now. Rejects with TsdbError CONFIG_INVALID when they are no use. */
  async reload(): Promise<void> {
    if (this.path === "") return;
    this.running ??= this.readAgain().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Reads the files every second and tells of changes, until the function it gives is called. */
  watch(onChange: (rules: AccessRules) => void): () => void {
    if (this.path === "") return () => {};
    this.watchers.add(onChange);
    this.timer ??= setInterval(() => void this.reload().catch(() => {}), RELOAD_MS).unref();
    return () => {
      this.watchers.delete(onChange);
      if (this.watchers.size > 0 || this.timer === null) return;
      clearInterval(this.timer);
      this.timer = null;
    };
  }

  private async readAgain(): Promise<void> {
    try {
      const rules = await readAccessRules(this.disk, this.path);
      const isNew = rules.fingerprint !== this.inForce.fingerprint;
      if (isNew) this.take(rules);
      this.lastFault = "";
    } catch (error) {
      const text = (error as Error).message;
      if (text !== this.lastFault) {
        this.failureCount++;
        this.log.error({ path: this.path }, `${text}; the rules before it stay in force`);
      }
      this.lastFault = text;
      throw error;
    }
  }

  private take(rules: AccessRules): void {
    const before = this.inForce.tls?.clientAuthType;
    const after = rules.tls?.clientAuthType;
    if (before !== after) {
      const change = `${before ?? "no TLS"} to ${after ?? "no TLS"}`;
      throw configFault(`--web.config.file ${this.path}: ${change} takes a restart`);
    }
    this.inForce = rules;
    this.reloadCount++;
    for (const watcher of this.watchers) watcher(rules);
    this.log.info({ path: this.path }, "the web configuration was read again");
  }
}
