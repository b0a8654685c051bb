/** Says what the call does and which of its strings are paths; everything after this uses effects, never names. */
import { unknownEffects } from '../../policy/filesystem-effects.ts';
import type { Stage } from '../pipeline.ts';

export const classifyEffects: Stage = (call, next) => {
  const { effects, pathArguments } = call.tool?.effects ?? unknownEffects;
  const args = call.arguments ?? {};
  const paths =
    pathArguments === undefined
      ? allStrings(args)
      : pathArguments.flatMap((name) => (Object.hasOwn(args, name) ? allStrings(args[name]) : []));
  return next({ ...call, effects, paths, freeText: pathArguments === undefined });
};

function allStrings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(allStrings);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => [key, ...allStrings(inner)]);
  }
  return [];
}
