/** What a server's config says its tools do. The whole name counts first, then the pattern that says most of the name. */
import type { Effect } from '../events/effect.ts';
import { matchesPattern } from './name-pattern.ts';

export interface DeclaredEffects {
  readonly effects: readonly Effect[];
  /** The name or pattern as it is written. */
  readonly by: string;
}

export function declaredEffects(
  declared: Readonly<Record<string, readonly Effect[]>>,
  tool: string,
): DeclaredEffects | undefined {
  const [best] = Object.entries(declared)
    .filter(([pattern]) => pattern === tool || matchesPattern(pattern, tool))
    .toSorted(([a], [b]) => weight(b, tool) - weight(a, tool) || (a < b ? -1 : 1));
  return best === undefined ? undefined : { by: best[0], effects: [...new Set(best[1])] };
}

function weight(pattern: string, tool: string): number {
  return pattern === tool ? Infinity : pattern.replaceAll('*', '').length;
}
