/** Says what the call does and which of its strings are paths; everything after this uses effects, never names. */
import { callEffects } from '../../policy/call-effects.ts';
import { allStrings, stringsAt } from '../../policy/path-pointers.ts';
import { unknownEffects } from '../../policy/tool-effects.ts';
import type { Stage } from '../pipeline.ts';

export const classifyEffects: Stage = (call, next) => {
  const known = call.tool?.effects ?? unknownEffects;
  const { pathArguments, contentArguments } = known;
  const args = call.arguments ?? {};
  const paths =
    pathArguments === undefined
      ? allStrings(args, new Set(contentArguments))
      : stringsAt(args, pathArguments);
  return next({ ...call, effects: callEffects(known, args), paths, freeText: pathArguments === undefined });
};
