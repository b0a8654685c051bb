/**
 * npm writes package-lock.json without the optional packages (builds for other platforms) that the registry it asked
 * does not carry, and `npm ci` then refuses that file everywhere. This finds and adds them: their exact version is
 * named by the package that wants them, and npm checks and completes the rest where they are installed.
 */

/**
 * @typedef {{ optionalDependencies?: Record<string, string>, dev?: boolean | undefined, [key: string]: unknown }} LockEntry
 * @typedef {Record<string, LockEntry>} LockEntries
 */

/**
 * Whether Node would find `name` when asked from the package at `from`.
 * @param {LockEntries} packages
 * @param {string} from
 * @param {string} name
 */
function isLocked(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === '') return false;
  }
}

/**
 * What os, processor and C library a package is for, by the custom of its name.
 * @param {string} name such as `@oxlint/binding-linux-x64-musl`
 */
function platformOf(name) {
  const parts = /\b(android|darwin|freebsd|linux|openharmony|win32)-([a-z]+\d*[a-z]*)(?:-(gnu|musl))?/.exec(
    name,
  );
  const [, os, cpu, libc] = parts ?? [];
  return {
    os: os === undefined ? undefined : [os],
    cpu: cpu === undefined ? undefined : [cpu],
    libc: libc === undefined ? undefined : [libc === 'gnu' ? 'glibc' : libc],
  };
}

/**
 * Optional packages the lock names but does not hold.
 * @param {LockEntries} packages `packages` of a package-lock.json
 * @returns {{ name: string, entry: LockEntry }[]}
 */
export function findMissing(packages) {
  return Object.entries(packages).flatMap(([from, wanting]) =>
    Object.entries(wanting.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(packages, from, name))
      .map(([name, version]) => {
        const { os, cpu, libc } = platformOf(name);
        // In npm's order of keys, so that npm does not rewrite them.
        return { name, entry: { version, cpu, dev: wanting.dev, libc, optional: true, os } };
      }),
  );
}

/**
 * The same lock with the missing optional packages.
 * @param {LockEntries} packages
 * @returns {LockEntries}
 */
export function complete(packages) {
  const added = findMissing(packages).map(({ name, entry }) => [`node_modules/${name}`, entry]);
  const all = [...Object.entries(packages), ...added];
  return Object.fromEntries(all.toSorted(([a], [b]) => String(a).localeCompare(String(b), 'en')));
}
