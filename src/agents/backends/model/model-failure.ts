/**
 * A failed model call: what kind, whether trying again can help, and when. The kind decides what the program
 * does; code, text and hint are for people.
 */
import { agentErrors } from '../../../errors/agent-errors.ts';
import type { ErrorDefinition } from '../../../errors/error-definition.ts';
import { MassGenError } from '../../../errors/massgen-error.ts';
import type { Usage } from '../../../events/usage.ts';

export type ModelFailureKind =
  | 'auth'
  | 'not_found'
  | 'rate_limited'
  | 'overloaded'
  | 'server'
  | 'network'
  | 'timeout'
  | 'context_overflow'
  | 'content_filter'
  | 'bad_request'
  | 'tools_unsupported'
  | 'protocol'
  | 'out_of_money';

const definitions: Readonly<Record<ModelFailureKind, ErrorDefinition>> = {
  auth: agentErrors.keyRefused,
  not_found: agentErrors.modelNotFound,
  rate_limited: agentErrors.rateLimited,
  overloaded: agentErrors.providerOverloaded,
  server: agentErrors.providerFailed,
  network: agentErrors.providerUnreachable,
  timeout: agentErrors.providerSilent,
  context_overflow: agentErrors.contextOverflow,
  content_filter: agentErrors.contentFiltered,
  bad_request: agentErrors.requestRefused,
  tools_unsupported: agentErrors.toolsUnsupported,
  protocol: agentErrors.brokenAnswer,
  out_of_money: agentErrors.outOfMoney,
};

export interface ModelFailureFacts {
  readonly kind: ModelFailureKind;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;
  /** What happened here: provider, model, status and the provider's own words; never a key. */
  readonly detail: string;
  readonly hint?: string;
  /** How long the provider asks to wait. */
  readonly retryAfterMs?: number;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** Tokens paid for although the call failed, where the provider said so. */
  readonly usage?: Usage;
  readonly cause?: unknown;
}

export class ModelFailure extends MassGenError {
  readonly facts: ModelFailureFacts;

  constructor(facts: ModelFailureFacts) {
    super(definitions[facts.kind], {
      detail: facts.detail,
      ...(facts.hint === undefined ? {} : { hint: facts.hint }),
      ...(facts.cause === undefined ? {} : { cause: facts.cause }),
      data: {
        kind: facts.kind,
        retryable: facts.retryable,
        ...(facts.status === undefined ? {} : { status: facts.status }),
        ...(facts.retryAfterMs === undefined ? {} : { retryAfterMs: facts.retryAfterMs }),
      },
    });
    this.facts = facts;
  }
}
