/**
 * The tools of one agent as its model is offered them, before each request. What cannot be offered is left out and
 * told of once. A tool is written for its provider once, as long as its server does not define it anew.
 */
import { agentErrors } from '../../errors/agent-errors.ts';
import { MassGenError } from '../../errors/massgen-error.ts';
import { mcpErrors } from '../../errors/mcp-errors.ts';
import { newAnswerTool, voteTool } from '../../tools/decision-tools.ts';
import type { JsonObject } from '../../tools/json-object.ts';
import type { ToolDefinition } from '../../tools/tool-definition.ts';
import { type OfferedTool, offerTool, type ToolOffer } from './offer-tool.ts';
import { dialectRules, type SchemaDialect } from './schema-dialect.ts';

export interface ToolOffers {
  readonly tools: readonly OfferedTool[];
  /** What was left out and was not told of before. */
  readonly warnings: readonly MassGenError[];
}

export type OfferTools = (tools: readonly ToolDefinition[]) => ToolOffers;

export function createToolOffers(dialect: SchemaDialect): OfferTools {
  const { provider, tools: most = Infinity } = dialectRules[dialect];
  /** By schema, which is the same object as long as the server's definition is. */
  const written = new WeakMap<JsonObject, { readonly of: ToolDefinition; readonly offer: ToolOffer }>();
  const toldDropped = new Set<string>();
  let toldSurplus = false;

  function offer(tool: ToolDefinition): ToolOffer {
    const known = written.get(tool.inputSchema);
    if (known?.of.name === tool.name && known.of.description === tool.description) return known.offer;
    const made = dialect === 'openai-strict' ? strictOrPlain(tool) : offerTool(tool, dialect);
    written.set(tool.inputSchema, { of: tool, offer: made });
    return made;
  }

  return (all) => {
    const warnings: MassGenError[] = [];
    const offered = all.flatMap((tool) => {
      const made = offer(tool);
      if (made.type === 'offered') return [made.tool];
      if (!toldDropped.has(made.name)) {
        toldDropped.add(made.name);
        warnings.push(new MassGenError(mcpErrors.toolDropped, { detail: `${made.name}: ${made.reason}` }));
      }
      return [];
    });
    const tools = firstOf(offered, most);
    if (tools.length < offered.length && !toldSurplus) {
      toldSurplus = true;
      const detail = `${offered.length - tools.length} of ${offered.length}; ${provider} take ${most}`;
      warnings.push(new MassGenError(agentErrors.tooManyTools, { detail }));
    }
    return { tools, warnings };
  };
}

/** Strict where the schema allows it; else in the usual form, in which it loses nothing. */
function strictOrPlain(tool: ToolDefinition): ToolOffer {
  const strict = offerTool(tool, 'openai-strict');
  return strict.type === 'offered'
    ? { type: 'offered', tool: { ...strict.tool, strict: true } }
    : offerTool(tool, 'openai');
}

/** The first so many, in their order; without a decision no turn comes to an end. */
function firstOf(tools: readonly OfferedTool[], most: number): readonly OfferedTool[] {
  if (tools.length <= most) return tools;
  const decides = ({ name }: OfferedTool): boolean => name === newAnswerTool || name === voteTool;
  let left = most - tools.filter(decides).length;
  return tools.filter((tool) => decides(tool) || (left -= 1) >= 0);
}
