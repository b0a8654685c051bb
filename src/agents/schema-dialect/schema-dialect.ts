/**
 * What the providers of models accept as a tool. One tool that breaks such a rule makes a provider refuse the
 * whole request, so every rule here is the strictest that is known of the servers it stands for.
 */
import { providerAt } from '../../config/provider-of.ts';

export type SchemaDialect = 'openai' | 'openai-strict' | 'anthropic' | 'gemini';

export interface DialectRules {
  /** For people. */
  readonly provider: string;
  readonly toolName: RegExp;
  readonly propertyName: RegExp;
  /** Longest description of a tool. */
  readonly descriptionLength: number;
  /** Most values of one enumeration. */
  readonly enumValues: number;
  /** Most tools in one request; absent where no limit is known. */
  readonly tools?: number;
}

const anyName = /^(?!__proto__$)[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u;
const plainName = /^(?!__proto__$)[a-zA-Z0-9_.-]{1,64}$/u;

const openAi: DialectRules = {
  provider: 'OpenAI-compatible servers',
  toolName: /^[a-zA-Z0-9_-]{1,64}$/u,
  propertyName: anyName,
  descriptionLength: 1_024,
  enumValues: 1_000,
  tools: 128,
};

export const dialectRules: Readonly<Record<SchemaDialect, DialectRules>> = {
  openai: openAi,
  'openai-strict': openAi,
  anthropic: {
    provider: 'Anthropic',
    toolName: /^[a-zA-Z0-9_-]{1,64}$/u,
    propertyName: plainName,
    descriptionLength: 2_048,
    enumValues: 1_000,
  },
  gemini: {
    provider: 'Gemini',
    toolName: /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/u,
    propertyName: plainName,
    descriptionLength: 2_048,
    enumValues: 500,
    tools: 512,
  },
};

/** The dialect of the server at an address, which speaks the chat protocol of OpenAI whoever it belongs to. */
export function dialectAt(baseUrl: string): SchemaDialect {
  switch (providerAt(baseUrl)?.name) {
    case 'anthropic':
      return 'anthropic';
    case 'gemini':
      return 'gemini';
    default:
      return 'openai';
  }
}
