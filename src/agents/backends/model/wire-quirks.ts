/**
 * Servers that speak "the OpenAI protocol" refuse different parts of it. A request is first sent as most of
 * them want it; when a server refuses a field we know it may refuse, the field is changed for all further
 * requests to this model. Nothing here depends on the name of a provider.
 */
import { ModelFailure } from './model-failure.ts';

type Body = Record<string, unknown>;

interface Quirk {
  /** Recognises the refusal in the words of the server. */
  readonly refusal: RegExp;
  apply(body: Body): Body;
}

const notWanted =
  '(?:unsupported|not supported|not permitted|extra_forbidden|unrecognized|unknown|not allowed)';

const quirks: readonly Quirk[] = [
  {
    // Thinking models of some vendors need their reasoning back; strict servers refuse the field.
    refusal: new RegExp(
      `reasoning_content\\b.{0,200}${notWanted}|${notWanted}.{0,100}reasoning_content`,
      'isu',
    ),
    apply: (body) => ({
      ...body,
      messages: (body['messages'] as readonly Body[]).map((message) => without(message, 'reasoning_content')),
    }),
  },
  {
    refusal: /stream_options/iu,
    apply: (body) => without(body, 'stream_options'),
  },
  {
    refusal: /max_tokens.{0,200}max_completion_tokens/isu,
    apply: ({ max_tokens: limit, ...body }) => ({ ...body, max_completion_tokens: limit }),
  },
];

function without(body: Body, field: string): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));
}

export interface WireQuirks {
  /** The body as this server wants it, as far as known. */
  apply(body: Body): Body;
  /** True when the failure taught something new, so that the same request may now pass. */
  learn(failure: unknown): boolean;
}

export function createWireQuirks(): WireQuirks {
  const known = new Set<Quirk>();
  return {
    apply: (body) => [...known].reduce((changed, quirk) => quirk.apply(changed), body),
    learn(failure) {
      if (!(failure instanceof ModelFailure) || failure.facts.kind !== 'bad_request') return false;
      const quirk = quirks.find(
        (candidate) => !known.has(candidate) && candidate.refusal.test(failure.message),
      );
      if (quirk === undefined) return false;
      known.add(quirk);
      return true;
    },
  };
}
