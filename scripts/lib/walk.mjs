/** Lists the files of a directory tree. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Every file below `directory`, as paths relative to it with `/`, sorted; links are not followed.
 * @param {string} directory
 * @param {(name: string, relative: string) => boolean} [enters] whether to descend into a directory; default all
 * @returns {string[]}
 */
export function walkFiles(directory, enters = () => true) {
  /** @type {string[]} */
  const files = [];
  const visit = (/** @type {string} */ relative) => {
    for (const entry of readdirSync(path.join(directory, relative), { withFileTypes: true })) {
      const inside = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (enters(entry.name, inside)) visit(inside);
      } else if (entry.isFile()) {
        files.push(inside);
      }
    }
  };
  visit('');
  return files.toSorted();
}
