/** `massgen runs verify`: checks what the runs have stored. */
import { visibleText } from '../display/visible-text.ts';
import { openRuntime } from './open-runtime.ts';

/** Status 1 when something is damaged. */
export async function runsVerifyCommand(flags: { readonly output: 'text' | 'json' }): Promise<number> {
  const verified = await openRuntime().verifyStore();
  const { snapshots, contents, problems } = verified;
  if (flags.output === 'json') process.stdout.write(`${JSON.stringify(verified, undefined, 2)}\n`);
  else {
    const found = problems.length === 0 ? 'all are as they were stored' : `${problems.length} are damaged`;
    const lines = [...problems, `${snapshots} snapshots and ${contents} contents: ${found}.`];
    process.stdout.write(visibleText(`${lines.join('\n')}\n`));
  }
  return problems.length === 0 ? 0 : 1;
}
