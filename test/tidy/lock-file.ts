/**
 * The lock file is complete and the same on every platform.
 *
 * I1  Every optional dependency of a locked package is locked too: a package manager that ran
 *     where the registry lacked one platform's binary leaves it out, and `npm ci` then fails there.
 * I2  package.json pins exact versions, and the lock file has the same ones.
 * I3  The lock file names no download address.
 */

export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Where Node looks for `name` from the package at `path`, innermost first. */
function candidates(path: string, name: string): string[] {
  const folders = path === "" ? [] : path.split(/(?<=^|\/)node_modules\//).slice(1);
  const places: string[] = [];
  for (let depth = folders.length; depth >= 0; depth--) {
    const prefix = folders
      .slice(0, depth)
      .map((folder) => `node_modules/${folder.replace(/\/$/, "")}/`)
      .join("");
    places.push(`${prefix}node_modules/${name}`);
  }
  return places;
}

/** Optional dependencies that the lock file lacks. */
export function missingOptional(lock: LockFile): string[] {
  return Object.entries(lock.packages).flatMap(([path, locked]) =>
    Object.keys(locked.optionalDependencies ?? {})
      .filter((name) => !candidates(path, name).some((place) => place in lock.packages))
      .map((name) => `package-lock.json:1: ${name}, optional in ${path}, is not locked`),
  );
}

/** Dependencies that are not pinned, or locked at another version. */
export function unpinned(manifest: PackageFile, lock: LockFile): string[] {
  const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  return wanted.flatMap(([name, version]) => {
    if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) {
      return [`package.json:1: ${name} "${version}" is not an exact version`];
    }
    const locked = lock.packages[`node_modules/${name}`]?.version;
    return locked === version ? [] : [`package-lock.json:1: ${name} is ${locked}, not ${version}`];
  });
}

/** Packages locked with an address. */
export function addressed(lock: LockFile): string[] {
  return Object.entries(lock.packages)
    .filter(([, locked]) => locked.resolved !== undefined)
    .map(([path]) => `package-lock.json:1: ${path} has a download address`);
}
