/**
 * The backends that call a model through a provider. They are loose: a key we do not know is handed to the
 * provider unchanged, as v0.0.15 did, and reported.
 */
import { z } from 'zod';
import { backendTypeLiteral, commonBackendFields } from './common-backend-fields.ts';
import { filledText, httpAddress } from './text-fields.ts';

const baseUrl = httpAddress.meta({
  description: 'Root address of the API; `${NAME}` takes a value from your environment.',
  examples: ['https://api.cerebras.ai/v1'],
});

const model = filledText.meta({ description: 'Model, as the provider names it.' });

const maxTokens = z
  .int()
  .min(1)
  .meta({ description: 'Limit of the output in tokens.', examples: [3000] });

const modelFields = {
  api_key: filledText.optional().meta({
    description:
      'Key of the provider; better a reference to a variable. If absent, the variable of the provider is used.',
    examples: ['${OPENAI_API_KEY}'],
  }),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .meta({ description: 'Sampling temperature.', examples: [0.7] }),
  top_p: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: 'Nucleus sampling.', examples: [0.9] }),
  max_tokens: maxTokens.optional(),
  enable_web_search: z.boolean().default(false).meta({ description: "The provider's own web search." }),
  extra_body: z
    .looseObject({
      search_parameters: z
        .record(z.string(), z.unknown())
        .optional()
        .meta({ description: 'Settings of the live search of grok.' }),
    })
    .optional()
    .meta({ description: 'Additional keys of the request body.' }),
  ...commonBackendFields,
};

const codeExecution = z.boolean().default(false).meta({ description: "The provider's own code execution." });
const legacyName = z.unknown().optional().meta({
  description: 'Accepted for old files and ignored; the address tells the provider.',
  ignored: true,
});
const legacySwitch = z
  .unknown()
  .optional()
  .meta({ description: 'Accepted for old files and ignored.', ignored: true });

const openai = z.looseObject({
  type: backendTypeLiteral('openai'),
  model: model.default('gpt-4o-mini'),
  base_url: baseUrl.optional(),
  enable_code_interpreter: z
    .boolean()
    .default(false)
    .meta({ description: "The provider's own code interpreter." }),
  text: z
    .looseObject({
      verbosity: z
        .enum(['low', 'medium', 'high'])
        .optional()
        .meta({ description: 'How much the model writes.' }),
    })
    .optional()
    .meta({ description: 'Text options of the Responses API.' }),
  reasoning: z
    .looseObject({
      effort: z
        .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
        .optional()
        .meta({ description: 'How much the model thinks.' }),
      summary: z
        .enum(['auto', 'concise', 'detailed'])
        .optional()
        .meta({ description: 'Summaries of the thinking.' }),
    })
    .optional()
    .meta({ description: 'Reasoning options of the Responses API.' }),
  ...modelFields,
});

const claude = z.looseObject({
  type: backendTypeLiteral('claude'),
  model: model.default('claude-3-sonnet-20240229'),
  base_url: baseUrl.optional(),
  enable_code_execution: codeExecution,
  ...modelFields,
  max_tokens: maxTokens.default(4096),
});

const gemini = z.looseObject({
  type: backendTypeLiteral('gemini'),
  model: model.default('gemini-2.5-flash'),
  base_url: baseUrl.optional(),
  enable_code_execution: codeExecution,
  circuit_breaker_enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether calls to a failing MCP server are held back for a while.' }),
  max_mcp_message_history: z
    .int()
    .min(1)
    .default(200)
    .meta({ description: 'Messages kept in a turn with MCP tools.' }),
  use_multi_mcp: legacySwitch,
  mcp_sdk_auto: legacySwitch,
  ...modelFields,
});

const grok = z.looseObject({
  type: backendTypeLiteral('grok'),
  model: model.default('grok-2-1212'),
  base_url: baseUrl.default('https://api.x.ai/v1'),
  ...modelFields,
});

const zai = z.looseObject({
  type: backendTypeLiteral('zai'),
  model: model.default('glm-4.5'),
  base_url: baseUrl.default('https://api.z.ai/api/paas/v4/'),
  ...modelFields,
});

const azureOpenai = z.looseObject({
  type: backendTypeLiteral('azure_openai'),
  model: model.meta({ description: 'Name of the deployment.', examples: ['gpt-4.1'] }),
  base_url: baseUrl.optional(),
  azure_endpoint: baseUrl.optional().meta({
    description: 'Endpoint of the resource; stronger than `base_url`. If absent, AZURE_OPENAI_ENDPOINT.',
  }),
  api_version: filledText.optional().meta({
    description: 'API version. If absent, AZURE_OPENAI_API_VERSION.',
    examples: ['2024-12-01-preview'],
  }),
  ...modelFields,
});

const chatcompletion = z.looseObject({
  type: backendTypeLiteral('chatcompletion'),
  model: model.default('gpt-oss-120b'),
  base_url: baseUrl.default('https://api.openai.com/v1'),
  provider: legacyName,
  provider_name: legacyName,
  ...modelFields,
});

const lmstudio = z.looseObject({
  type: backendTypeLiteral('lmstudio'),
  model: model.default('gpt-4o-mini'),
  base_url: baseUrl.default('http://localhost:1234/v1'),
  ...modelFields,
});

const ollama = z.looseObject({
  type: backendTypeLiteral('ollama'),
  model,
  base_url: baseUrl.default('http://localhost:11434/v1'),
  ...modelFields,
});

const vllm = z.looseObject({
  type: backendTypeLiteral('vllm'),
  model,
  base_url: baseUrl.default('http://localhost:8000/v1'),
  ...modelFields,
});

export const modelBackendSchemas = [
  openai,
  claude,
  gemini,
  grok,
  zai,
  azureOpenai,
  chatcompletion,
  lmstudio,
  ollama,
  vllm,
] as const;
