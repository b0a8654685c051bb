/** What one call of a tool does, where an argument says which of several things the tool is to do. */
import type { Effect } from '../events/effect.ts';
import type { ToolEffects } from './tool-effects.ts';

export function callEffects(
  { effects, byArgument }: Pick<ToolEffects, 'effects' | 'byArgument'>,
  args: Readonly<Record<string, unknown>>,
): readonly Effect[] {
  if (byArgument === undefined || !Object.hasOwn(args, byArgument.name)) return effects;
  const value = args[byArgument.name];
  if (typeof value !== 'string' || !Object.hasOwn(byArgument.values, value)) return effects;
  return byArgument.values[value] ?? effects;
}
