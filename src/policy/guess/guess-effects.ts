/**
 * What a tool of a stranger does, guessed in layers: the first that has something to say decides. The form of the
 * arguments counts before the name, the name before the server's hints. A guess may be wrong in one direction only: a
 * tool that could change the workspace, the repository or a shell must not be taken for one that does not. Nothing here
 * throws, whatever the server sends.
 */
import type { Effect } from '../../events/effect.ts';
import { argumentRoles } from './argument-roles.ts';
import { decideEffects, type Decision, type ToolFacts } from './decide-effects.ts';
import { deedsOf } from './name-verbs.ts';
import { nameTokens } from './name-tokens.ts';
import { schemaArguments, type SchemaArgument } from './schema-arguments.ts';
import { isVcsCommand, type ServerContext } from './server-context.ts';
import { chooserNames, chooserReadWords, looseChooserNames } from './tool-words.ts';

export interface GuessedTool {
  readonly name: string;
  readonly inputSchema: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** One argument says which of several things a tool is to do. */
export interface EffectsByArgument {
  readonly name: string;
  readonly values: Readonly<Record<string, readonly Effect[]>>;
}

export interface Guess extends Decision {
  readonly byArgument?: EffectsByArgument;
}

/** `trusted`: its hints may be believed, for it is a server that we know. */
export function guessEffects(tool: GuessedTool, context: ServerContext, trusted: boolean): Guess {
  const { list, complete } = schemaArguments(tool.inputSchema);
  if (!complete) return { effects: ['Unknown'], why: 'schema: too large, or refers to what is not in it' };
  const tokens = nameTokens(tool.name);
  const facts: ToolFacts = {
    tokens,
    list,
    roles: argumentRoles(list, tokens),
    context,
    readOnly: tool.annotations?.['readOnlyHint'] === true,
    trusted,
  };
  const decision = decideEffects(facts);
  const byArgument = choices(facts, decision);
  return byArgument === undefined ? decision : { ...decision, byArgument };
}

/** A call that only looks is known by the value of the argument; every other is what the tool is as a whole. */
function choices({ tokens, list }: ToolFacts, { effects }: Decision): EffectsByArgument | undefined {
  if (effects.every((effect) => effect === 'Read' || effect === 'Net')) return undefined;
  const loose = isVcsCommand(tokens) || deedsOf(tokens).length === 0;
  const chooser = list.find(
    ({ depth, key }) => depth === 0 && (chooserNames.has(key) || (loose && looseChooserNames.has(key))),
  );
  const reading = readingValues(chooser);
  if (chooser === undefined || reading.length === 0) return undefined;
  return { name: chooser.name, values: Object.fromEntries(reading.map((value) => [value, ['Read']])) };
}

function readingValues(chooser: SchemaArgument | undefined): readonly string[] {
  return (chooser?.values ?? []).filter((value) => chooserReadWords.has(nameTokens(value)[0] ?? ''));
}
