/**
 * A question of a server to the person at the keyboard, in the middle of a call. Whoever can ask people is handed in;
 * without that, and whenever asking fails, the answer is to decline: nothing is ever filled in by us.
 */
import { z } from 'zod';

export type ElicitationQuestion = {
  /** Name of the server in the config. */
  readonly server: string;
  readonly message: string;
} & (
  | { readonly type: 'form'; readonly fields: readonly ElicitationField[] }
  /** The person is to open an address; the server learns by itself what came of it. */
  | { readonly type: 'url'; readonly url: string }
);

export interface ElicitationField {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  /** Values to choose from. */
  readonly choices?: readonly string[];
  readonly required: boolean;
}

export type ElicitationAnswer =
  | {
      readonly action: 'accept';
      readonly content?: Readonly<Record<string, string | number | boolean>>;
    }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' };

/** Asks a person; one question at a time is for the asker to see to. */
export type AskPerson = (question: ElicitationQuestion, signal: AbortSignal) => Promise<ElicitationAnswer>;

/** Nobody fills in more; a form of thousands is not even looked at. */
const maxFields = 50;
const text = z.string().max(4_000);
const fieldSchema = z.object({
  type: z.enum(['string', 'number', 'integer', 'boolean']),
  title: text.optional(),
  description: text.optional(),
  enum: z.array(text).max(200).optional(),
  oneOf: z
    .array(z.object({ const: text }))
    .max(200)
    .optional(),
});
const formSchema = z.object({
  message: text,
  requestedSchema: z.object({
    properties: z.custom(isShort).pipe(z.record(z.string().max(200), fieldSchema)),
    required: z.array(z.string()).catch([]).default([]),
  }),
});
const urlSchema = z.object({ mode: z.literal('url'), message: text, url: z.url({ protocol: /^https?$/u }) });

/** Undefined for a question of a form that we cannot put to anybody. */
export function readElicitation(server: string, params: unknown): ElicitationQuestion | undefined {
  const asUrl = urlSchema.safeParse(params);
  if (asUrl.success) return { type: 'url', server, message: asUrl.data.message, url: asUrl.data.url };
  const form = formSchema.safeParse(params);
  if (!form.success) return undefined;
  const { message, requestedSchema } = form.data;
  const fields = Object.entries(requestedSchema.properties).map(([name, field]): ElicitationField => {
    const choices = field.enum ?? field.oneOf?.map((choice) => choice.const);
    return {
      name,
      title: field.title ?? name,
      description: field.description ?? '',
      type: field.type,
      required: requestedSchema.required.includes(name),
      ...(choices === undefined ? {} : { choices }),
    };
  });
  return { type: 'form', server, message, fields };
}

function isShort(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.keys(value).length <= maxFields;
}
