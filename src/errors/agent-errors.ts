/** Errors of the area "agents, models and credentials": codes MG1601 to MG1699. */
import type { ErrorDefinition } from './error-definition.ts';

export const agentErrors = {
  keyRefused: {
    code: 'MG1601',
    title: 'The model provider refused the key',
    hint: 'Check that the key is valid, has not expired, and may use this model.',
    exitCode: 3,
  },
  modelNotFound: {
    code: 'MG1602',
    title: 'The provider does not know this model or address',
    hint: 'Check `model` and `base_url` of the backend; most base URLs end in /v1.',
    exitCode: 2,
  },
  rateLimited: {
    code: 'MG1603',
    title: 'The model provider limits the rate of requests',
    hint: 'Try again later, use fewer agents on this provider, or ask it for a higher limit.',
    exitCode: 4,
  },
  providerOverloaded: {
    code: 'MG1604',
    title: 'The model provider is overloaded',
    hint: 'Try again later, or use another model.',
    exitCode: 4,
  },
  providerFailed: {
    code: 'MG1605',
    title: 'The model provider had an error of its own',
    hint: 'Try again later; if it stays, look at the status page of the provider.',
    exitCode: 4,
  },
  providerUnreachable: {
    code: 'MG1606',
    title: 'The connection to the model provider failed',
    hint: 'Check the network, a proxy if you use one, and `base_url` of the backend.',
    exitCode: 4,
  },
  providerSilent: {
    code: 'MG1607',
    title: 'The model provider sent nothing for too long',
    hint: 'Try again later, or use another model.',
    exitCode: 4,
  },
  contextOverflow: {
    code: 'MG1608',
    title: 'The conversation does not fit into the context of the model',
    hint: 'Use a model with a larger context, a shorter question, or tools that return less.',
  },
  contentFiltered: {
    code: 'MG1609',
    title: 'The content filter of the provider stopped the answer',
    hint: 'Word the question differently, or use another model.',
  },
  requestRefused: {
    code: 'MG1610',
    title: 'The model provider refused the request',
    hint: 'Check the parameters of the backend in the config; the provider says above what it does not accept.',
  },
  brokenAnswer: {
    code: 'MG1611',
    title: 'The answer of the model provider cannot be understood',
    hint: 'Check that `base_url` is the address of an OpenAI-compatible chat API; most end in /v1.',
    exitCode: 4,
  },
  outOfMoney: {
    code: 'MG1612',
    title: 'The account at the model provider has no credit left or is at its spending limit',
    hint: 'Add credit or raise the limit at the provider, or use another provider.',
    exitCode: 4,
  },
  toolsUnsupported: {
    code: 'MG1613',
    title: 'The model cannot call tools',
    hint: 'Use a model that supports tool calls: agents answer and vote by calling tools.',
  },
  tooManyTools: {
    code: 'MG1614',
    title: 'Some tools are kept from the model, because there are more than its provider takes',
    hint: 'Name the tools that are needed in `allowed_tools` of the MCP servers or of the backend.',
  },
  serverToolsLeftOut: {
    code: 'MG1615',
    title: "The provider's own tools are kept from the model",
    hint: 'Use gemini-3 or later, give the agent an MCP server that searches, or leave `enable_web_search` and `enable_code_execution` out.',
  },
  badBaseUrl: {
    code: 'MG1620',
    title: 'The base URL of a backend cannot be used',
    hint: 'Give `base_url` as http(s)://host[:port]/path, for example https://api.openai.com/v1.',
    exitCode: 2,
  },
  keyOverPlainHttp: {
    code: 'MG1621',
    title: 'A key would be sent unencrypted to another machine',
    hint: 'Use https in `base_url`. Plain http with a key is only allowed to this machine and private networks.',
    exitCode: 2,
  },
  keyMissing: {
    code: 'MG1630',
    title: 'No key for the model provider',
    hint: 'Set the variable named above in the environment or in a .env file.',
    exitCode: 3,
  },
  keyMalformed: {
    code: 'MG1631',
    title: 'The key for the model provider cannot be a key',
    hint: 'Copy the key again, alone, without quotes, spaces or line breaks.',
    exitCode: 3,
  },
  keyOfAnother: {
    code: 'MG1632',
    title: 'The key looks like one of another provider and was not sent',
    hint: 'Put the key of each provider into its own variable.',
    exitCode: 3,
  },
  scriptTemplate: {
    code: 'MG1650',
    title: 'The script of this agent uses a name that is not known',
    hint: 'Names are workspace, views, views.AGENT, question, context, and what earlier steps saved.',
    exitCode: 2,
  },
  scriptFailed: {
    code: 'MG1651',
    title: 'The script of this agent says that the turn fails',
    hint: 'This agent is scripted; its `error` step ends the turn on purpose.',
    exitCode: 5,
  },
} as const satisfies Record<string, ErrorDefinition>;
