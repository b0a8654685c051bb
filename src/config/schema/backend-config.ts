/**
 * `backend` of an agent: one shape for each `type`. The type may be written in any case, and left out where the
 * model tells it.
 */
import { z } from 'zod';
import { acpBackendSchema, claudeCodeBackendSchema } from './agent-program-backend-config.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { modelBackendSchemas } from './model-backend-config.ts';
import { backendTypeOfModel } from './model-table.ts';
import { scriptBackendSchema } from './script-backend-config.ts';

type DeclaredKeys<T> = T extends unknown
  ? { [Key in keyof T as string extends Key ? never : Key]: T[Key] }
  : never;

const anyBackendSchema = z.discriminatedUnion('type', [
  ...modelBackendSchemas,
  claudeCodeBackendSchema,
  acpBackendSchema,
  scriptBackendSchema,
]);

/** The type a written backend has: its own, or that of its model. Undefined where neither tells. */
export function backendTypeOf(backend: Readonly<Record<string, unknown>>): unknown {
  const { type, model } = backend;
  if (typeof type === 'string') return type.trim().toLowerCase();
  if (type === undefined || type === null) {
    return typeof model === 'string' ? backendTypeOfModel(model) : undefined;
  }
  return type;
}

export const backendConfigSchema = z.preprocess((written) => {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return written;
  return { ...written, type: backendTypeOf(written as Record<string, unknown>) };
}, anyBackendSchema);

/**
 * A backend with its defaults. Model backends may hold further keys of the user, which the types do not name;
 * `providerKeys` gives them.
 */
export type BackendConfig = DeepReadonly<DeclaredKeys<z.output<typeof anyBackendSchema>>>;

/** The backends of one type. */
export type BackendOf<Type extends BackendConfig['type']> = Extract<BackendConfig, { readonly type: Type }>;

export type ScriptBackendConfig = BackendOf<'script'>;
