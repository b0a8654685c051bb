/** What a tool call does. `Unknown` counts as "may do anything" everywhere. */
export type Effect = 'Read' | 'Write' | 'Delete' | 'Exec' | 'Net' | 'Unknown';

/** True when a call with these effects may change files, so its workspace must be looked at afterwards. */
export function mayChangeFiles(effects: readonly Effect[]): boolean {
  return effects.some((effect) => effect !== 'Read' && effect !== 'Net');
}
