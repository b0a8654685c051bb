/**
 * Which written turn is played: the first unused one whose condition holds, else, if wanted, the last one that
 * holds. A function of the turns that ended before, so a resumed run plays the same.
 */
import type { ScriptBackendConfig } from '../../../config/schema/backend-config.ts';
import type { TurnKind } from '../../agent.ts';

export type ScriptEntry = ScriptBackendConfig['turns'][number];

export function chooseEntry(
  turns: readonly ScriptEntry[],
  repeatLast: boolean,
  past: readonly TurnKind[],
  kind: TurnKind,
): ScriptEntry | undefined {
  const used = new Set<ScriptEntry>();
  const choose = (now: TurnKind): ScriptEntry | undefined => {
    const holding = turns.filter((entry) => holds(entry.when, now));
    const fresh = holding.find((entry) => !used.has(entry));
    return fresh ?? (repeatLast ? holding.at(-1) : undefined);
  };
  for (const before of past) {
    const entry = choose(before);
    if (entry !== undefined) used.add(entry);
  }
  return choose(kind);
}

function holds(when: ScriptEntry['when'], kind: TurnKind): boolean {
  switch (when) {
    case 'always':
      return kind !== 'present';
    case 'no_answers':
      return kind === 'answer';
    case 'has_answers':
      return kind === 'decide';
    case 'presenting':
      return kind === 'present';
    default:
      return when satisfies never;
  }
}
