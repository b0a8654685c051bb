/** Replaces a leading `~` as shells and many programs do. `~user` is left alone. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? `${home}${path.slice(1)}` : path;
}
