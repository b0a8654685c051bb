/** Says what the call does and which of its strings are paths; everything after this uses effects, never names. */
import { allStrings, stringsAt } from '../../policy/path-pointers.ts';
import { unknownEffects } from '../../policy/tool-effects.ts';
import type { Stage } from '../pipeline.ts';

export const classifyEffects: Stage = (call, next) => {
  const { effects, pathArguments, contentArguments } = call.tool?.effects ?? unknownEffects;
  const args = call.arguments ?? {};
  const paths =
    pathArguments === undefined
      ? allStrings(args, new Set(contentArguments))
      : stringsAt(args, pathArguments);
  return next({ ...call, effects, paths, freeText: pathArguments === undefined });
};
