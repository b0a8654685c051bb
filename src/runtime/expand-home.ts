import { join } from 'node:path';

/** `~/…` as shells mean it; anything else stays as it is. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
