/**
 * One tool as the models of one provider are offered it. What the server gave is kept as it is and decides about
 * the arguments of each call; this form is only what a model is shown. A tool for which there is no such form is
 * dropped by itself, because one bad tool makes a provider refuse the whole request.
 */
import { errorMessage } from '../../errors/error-message.ts';
import type { JsonObject } from '../../tools/json-object.ts';
import type { ToolDefinition } from '../../tools/tool-definition.ts';
import { cleanText, cutText } from './clean-text.ts';
import { geminiSchema } from './gemini-schema.ts';
import { mergeObjects } from './merge-objects.ts';
import type { NormalParameters, NormalSchema } from './normal-schema.ts';
import { normaliseSchema } from './normalise-schema.ts';
import { dialectRules, type SchemaDialect } from './schema-dialect.ts';
import { strictSchema } from './strict-schema.ts';
import { Unofferable } from './unofferable.ts';

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  /** Absent where the provider wants none for a tool without arguments. */
  readonly inputSchema?: JsonObject;
  /** The model is held to the schema exactly. */
  readonly strict?: true;
}

export type ToolOffer =
  | { readonly type: 'offered'; readonly tool: OfferedTool }
  | { readonly type: 'dropped'; readonly name: string; readonly reason: string };

/** Characters of JSON; some 16,000 tokens with every request. */
const maxLength = 64 * 1024;
const noDescription = 'Its server does not describe it.';

export function offerTool(tool: ToolDefinition, dialect: SchemaDialect): ToolOffer {
  const rules = dialectRules[dialect];
  const { name } = tool;
  if (!rules.toolName.test(name)) {
    return { type: 'dropped', name, reason: `its name is not accepted by ${rules.provider}` };
  }
  try {
    const inputSchema = write(plainRoot(normaliseSchema(tool.inputSchema, rules)), dialect);
    const length = JSON.stringify(inputSchema ?? {}).length;
    if (length > maxLength)
      throw new Unofferable(`its schema has ${length} characters, more than ${maxLength}`);
    return {
      type: 'offered',
      tool: {
        name,
        description: cutText(cleanText(tool.description), rules.descriptionLength) || noDescription,
        ...(inputSchema === undefined ? {} : { inputSchema }),
      },
    };
  } catch (error) {
    // Whatever is wrong with one tool must not keep the others from the model.
    return { type: 'dropped', name, reason: errorMessage(error) };
  }
}

function write(parameters: NormalParameters, dialect: SchemaDialect): JsonObject | undefined {
  switch (dialect) {
    case 'openai':
    case 'anthropic': {
      const { root, defs } = parameters;
      return { ...root, ...(Object.keys(defs).length === 0 ? {} : { $defs: defs }) };
    }
    case 'openai-strict':
      return strictSchema(parameters);
    case 'gemini':
      return geminiSchema(parameters, maxLength);
    default:
      return dialect satisfies never;
  }
}

/** Arguments are one object for every provider; choices and conditions at the top are taken by none. */
function plainRoot({ root, defs }: NormalParameters): NormalParameters {
  const object = mergeObjects(root, defs);
  if (object === undefined) throw new Unofferable('its arguments are no object');
  return { root: object, defs: reachable(object, defs) };
}

function reachable(
  root: NormalSchema,
  defs: Readonly<Record<string, NormalSchema>>,
): Readonly<Record<string, NormalSchema>> {
  const found = new Map<string, NormalSchema>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, held] of Object.entries(value)) {
      const name = key === '$ref' && typeof held === 'string' ? held.split('/').at(-1) : undefined;
      const def = name === undefined || !Object.hasOwn(defs, name) ? undefined : defs[name];
      if (name === undefined || def === undefined) look(held);
      else if (!found.has(name)) {
        found.set(name, def);
        look(def);
      }
    }
  };
  look(root);
  return Object.fromEntries(found);
}
