/** `massgen workspace adopt`: hands a directory over, so that runs may work in it. */
import { visibleText } from '../display/visible-text.ts';
import { openRuntime } from './open-runtime.ts';
import { printWarning } from './print-warning.ts';

export async function workspaceAdoptCommand(directory: string): Promise<number> {
  const path = await openRuntime().adoptWorkspace(directory, printWarning);
  process.stdout.write(
    visibleText(
      `${path} is a workspace of MassGen now.\nEach new run that works there first moves its content to .massgen-archive beside it.\n`,
    ),
  );
  return 0;
}
