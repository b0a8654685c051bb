/**
 * Where a path really leads: every link in it followed, as far as it exists. A link that points to nothing yet is
 * followed too, because writing through it creates what it points to.
 */
import { readlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';

/** As many as the system follows. */
const maxLinks = 40;
/** Nothing is there, or nothing that we, and so our children, could reach. */
const unreachable: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EACCES']);

/** `path` must be absolute and normal. @throws the system's error where it cannot be told. */
export async function resolveLinks(path: string): Promise<string> {
  // Reversed, so that the next one is taken from the end.
  const left = path.split(sep).toReversed();
  let real: string = sep;
  for (let links = 0; left.length > 0;) {
    const part = left.pop() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      real = dirname(real);
      continue;
    }
    const next = join(real, part);
    let target: string;
    try {
      target = await readlink(next);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (unreachable.has(code)) return normalize([next, ...left.toReversed()].join(sep));
      if (code !== 'EINVAL') throw error;
      // Not a link.
      real = next;
      continue;
    }
    links += 1;
    if (links > maxLinks) throw new Error(`too many links in ${path.slice(0, 200)}`);
    left.push(...target.split(sep).toReversed());
    if (isAbsolute(target)) real = sep;
  }
  return real;
}
