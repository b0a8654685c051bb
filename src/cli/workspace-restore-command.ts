/** `massgen workspace restore`: puts the content of an archive back into a workspace. */
import { visibleText } from '../display/visible-text.ts';
import { openRuntime } from './open-runtime.ts';
import { printWarning } from './print-warning.ts';

export async function workspaceRestoreCommand(
  directory: string,
  archive: string | undefined,
): Promise<number> {
  const { path, restored, archived } = await openRuntime().restoreWorkspace(directory, archive, printWarning);
  const before = archived === undefined ? '' : `What was in it is now in ${archived}\n`;
  process.stdout.write(visibleText(`${path} has the content of ${restored} again.\n${before}`));
  return 0;
}
