/**
 * The one error class of the product: a stable code, what happened, what to do next.
 * Recognised by a marker symbol, not by class identity, so that two copies of the package agree.
 */
import type { ErrorDefinition } from './error-definition.ts';

const marker: unique symbol = Symbol.for('massgen.error') as never;

export interface MassGenErrorOptions {
  /** What exactly happened here: names the file, server, agent or key. Appended to the title. */
  readonly detail?: string;
  /** Replaces the general hint of the table where this place knows better. */
  readonly hint?: string;
  /** Structured facts for programs; never secrets. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class MassGenError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly exitCode: number;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(definition: ErrorDefinition, options: MassGenErrorOptions = {}) {
    const text = options.detail === undefined ? definition.title : `${definition.title}: ${options.detail}`;
    super(text, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MassGenError';
    this.code = definition.code;
    this.hint = options.hint ?? definition.hint;
    this.exitCode = definition.exitCode ?? 1;
    this.data = options.data ?? {};
    Object.defineProperty(this, marker, { value: true });
  }

  /** True for errors of this product, also those of another loaded copy of it. */
  static isInstance(value: unknown): value is MassGenError {
    return value instanceof Error && (value as unknown as Record<symbol, unknown>)[marker] === true;
  }
}
