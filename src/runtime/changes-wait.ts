/**
 * Whether a run has changes of a user's files that nobody has made or declined yet, as its journal says. What was put
 * back counts as decided.
 */
import { createFileBlobStore } from '../journal/file-blob-store.ts';
import { readJournal } from '../journal/read-journal.ts';
import { openRunDirectory } from '../journal/run-directory.ts';
import { stagedContexts } from './staged-context.ts';

/** `path` is a run directory. Throws what reading its journal throws. */
export async function changesWait(path: string): Promise<boolean> {
  const directory = await openRunDirectory(path);
  const { events } = await readJournal(directory.journal, createFileBlobStore(directory.store));
  return stagedContexts(events)
    .all()
    .some(({ changed, settled }) => {
      if (changed === undefined) return false;
      const { added, modified, deleted } = changed;
      if (added.length + modified.length + deleted.length === 0) return false;
      if (settled === undefined) return true;
      return settled.type === 'changes.kept' ? settled.reason !== 'declined' : settled.conflicts.length > 0;
    });
}
