/** `massgen runs prune`: removes old runs, and what only they needed. */
import { visibleText } from '../display/visible-text.ts';
import type { PruneOptions } from '../runtime/prune-runs.ts';
import { describeBytes } from '../workspace/describe-sizes.ts';
import { openRuntime } from './open-runtime.ts';

export type PruneFlags = PruneOptions & { readonly output: 'text' | 'json' };

export async function runsPruneCommand({ output, ...options }: PruneFlags): Promise<number> {
  const pruned = await openRuntime().pruneRuns(options);
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify(pruned, undefined, 2)}\n`);
    return 0;
  }
  const { removed, interrupted, waiting, store } = pruned;
  const would = options.dryRun === true ? 'would be ' : '';
  const lines = [
    ...removed.map((id) => `${id}  ${would}removed`),
    ...interrupted.map((id) => `${id}  kept: it can still be taken up; --interrupted removes it too`),
    ...waiting.map(
      (id) => `${id}  kept: its changes can still be applied ("massgen runs diff"); --waiting removes it too`,
    ),
    store.busy
      ? 'The store was left as it is: a run is at work. Prune again when none is.'
      : `Store: ${store.snapshots} snapshots and ${store.contents} contents ${would}removed, ${describeBytes(store.bytes)}.`,
  ];
  process.stdout.write(visibleText(`${lines.join('\n')}\n`));
  return 0;
}
