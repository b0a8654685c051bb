/** A directory that is opened when it is needed, through those above it, so that no link can lead elsewhere. */
import { type OpenDirectory, openDirectory } from './open-directory.ts';

export interface LazyDirectory extends Disposable {
  /** Throws as `openDirectory` does. */
  open(): OpenDirectory;
  /** Must be disposed of before this one. */
  descend(name: string): LazyDirectory;
}

export function createLazyDirectory(path: string): LazyDirectory {
  return lazy(() => openDirectory(path));
}

function lazy(make: () => OpenDirectory): LazyDirectory {
  let opened: OpenDirectory | undefined;
  const open = (): OpenDirectory => (opened ??= make());
  return {
    open,
    descend: (name) => lazy(() => open().descend(name)),
    [Symbol.dispose]() {
      opened?.close();
      opened = undefined;
    },
  };
}
