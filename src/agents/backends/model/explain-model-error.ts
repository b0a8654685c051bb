/**
 * Turns whatever a model call threw into a `ModelFailure`: decides the kind, whether trying again can help,
 * and words it for people. Providers agree on little, so status comes first and words decide within it.
 * Texts of the provider pass `redact` first: some repeat the key in their message.
 */
import { ModelFailure, type ModelFailureKind } from './model-failure.ts';
import { type ProviderErrorFacts, providerErrorFacts } from './provider-error-facts.ts';
import { retryAfterMs } from './retry-after.ts';

/** Whose failure it is, for messages. */
export interface ModelIdentity {
  readonly provider: string;
  readonly model: string;
  readonly baseUrl: string;
  /** The variable the key came from, or would come from; absent when it is written in the config. */
  readonly keyVariable?: string;
  /** False when requests go out without a key. */
  readonly hasKey: boolean;
  /** The command that starts a server of this kind on this machine. */
  readonly startCommand?: string;
}

export interface ExplainOptions {
  readonly identity: ModelIdentity;
  readonly nowMs: number;
  redact(text: string): string;
}

const retryableKinds: ReadonlySet<ModelFailureKind> = new Set([
  'rate_limited',
  'overloaded',
  'server',
  'network',
  'timeout',
  'protocol',
]);

const money =
  /insufficient[_ ](?:quota|balance|credit|fund)|billing_(?:hard_limit|not_active)|credit balance|out of credits|spend(?:ing)?[_ ]limit|payment required|requires more credits/u;
const overflow =
  /context_length|context[_ ](?:length|window|size)|maximum context|prompt is too long|input is too long|request too large|maximum allowed input length|reduce the length/u;
const filtered = /content_filter|content_policy|content management policy|moderation|flagged/u;
const noTools =
  /not support (?:tool|function)|support tool use|(?:tool|function)s?(?: use| call(?:ing|s)?)?[`'"]? (?:is|are) not supported|tool choice requires/u;
const badKey = /(?:invalid|incorrect|missing)[_ ]api[_ ]key|api key not valid|authentication_error/u;
const noModel =
  /model_not_found|model .{0,120}(?:does not exist|not found|not exist)|(?:unknown|invalid) model/u;
const overloaded = /overloaded|capacity/u;
const tooMany = /rate[_ ]limit|too many requests/u;
const certificate = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)/u;

export function explainModelError(thrown: unknown, options: ExplainOptions): ModelFailure {
  if (thrown instanceof ModelFailure) return thrown;
  const { identity } = options;
  const facts = providerErrorFacts(thrown);
  const kind = kindOf(facts);
  // Errors of the SDK hold the whole request, so they are not kept as causes.
  const unexpected = kind === 'protocol' && !isRedirect(facts) && facts.sdkError === undefined;
  const hint = hintFor(kind, facts, identity);
  const wait = retryAfterMs(facts.headers, options.nowMs);
  const status = facts.status === undefined || facts.status === 200 ? '' : ` (HTTP ${facts.status})`;
  return new ModelFailure({
    kind,
    retryable: retryableKinds.has(kind) && !isRedirect(facts) && !isCertificate(facts) && !unexpected,
    detail: options.redact(`${identity.provider}, model ${identity.model}: ${facts.words}${status}`),
    ...(hint === undefined ? {} : { hint: options.redact(hint) }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(facts.status === undefined ? {} : { status: facts.status }),
    ...(unexpected ? { cause: thrown } : {}),
  });
}

function kindOf(facts: ProviderErrorFacts): ModelFailureKind {
  const { status, evidence } = facts;
  if (isRedirect(facts)) return 'protocol';
  if (status === 402 || money.test(evidence)) return 'out_of_money';
  if (status === 413 || overflow.test(evidence)) return 'context_overflow';
  if (status !== 429 && (status ?? 0) < 500 && filtered.test(evidence)) return 'content_filter';
  if (status === 401 || status === 403) return 'auth';
  if (status !== 429 && noTools.test(evidence)) return 'tools_unsupported';
  if (status === 404 || ((status ?? 400) < 429 && noModel.test(evidence))) return 'not_found';
  if ((status ?? 400) < 429 && badKey.test(evidence)) return 'auth';
  if (status === 429 || (status === undefined && tooMany.test(evidence))) return 'rate_limited';
  if (status === 503 || status === 529 || overloaded.test(evidence)) return 'overloaded';
  if (status === 408) return 'timeout';
  if (status === 409 || (status ?? 0) >= 500) return 'server';
  if (status !== undefined && status >= 400) return 'bad_request';
  if (facts.sdkError === 'AI_InvalidArgumentError') return 'bad_request';
  if (facts.systemCode !== undefined) return 'network';
  return facts.fromProvider ? 'server' : 'protocol';
}

const isRedirect = (facts: ProviderErrorFacts): boolean =>
  facts.status !== undefined && facts.status >= 300 && facts.status < 400;

const isCertificate = (facts: ProviderErrorFacts): boolean =>
  facts.status === undefined && facts.systemCode !== undefined && certificate.test(facts.systemCode);

function hintFor(
  kind: ModelFailureKind,
  facts: ProviderErrorFacts,
  { provider, model, baseUrl, keyVariable, hasKey, startCommand }: ModelIdentity,
): string | undefined {
  switch (kind) {
    case 'auth':
      if (keyVariable !== undefined) {
        return `Set ${keyVariable} to a valid key of ${provider} that may use ${model}.`;
      }
      return hasKey
        ? 'Put a valid key into `api_key` of the backend, best as a reference such as ${MY_KEY}.'
        : 'No key was sent. Put one into `api_key` of the backend, best as a reference such as ${MY_KEY}.';
    case 'not_found':
      return facts.webPage || !noModel.test(facts.evidence)
        ? `Check \`base_url\` (${baseUrl}; most end in /v1) and \`model\` (${model}).`
        : `Check \`model\` of the backend: ${provider} does not offer ${model} under this key.`;
    case 'network':
      if (isCertificate(facts)) {
        return `The certificate of ${baseUrl} is not trusted; NODE_EXTRA_CA_CERTS names a file of further authorities.`;
      }
      if (facts.systemCode !== 'ECONNREFUSED') return undefined;
      return `Nothing listens at ${baseUrl}. Start the server${startCommand === undefined ? '' : ` (${startCommand})`}, or correct \`base_url\` of the backend.`;
    case 'tools_unsupported':
      return `${model} at ${provider} cannot call tools, and agents answer and vote by calling tools. Use a model that can.`;
    case 'protocol': {
      if (!isRedirect(facts)) return undefined;
      const target = facts.headers?.['location'];
      return `The server redirects${target === undefined ? '' : ` to ${target}`}; redirects are not followed, because the key would go along. Set \`base_url\` to the final address.`;
    }
    default:
      return undefined;
  }
}
