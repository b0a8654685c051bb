/** The keys of a model backend that are not ours: what the user wants handed to the provider unchanged. */
import type { BackendConfig } from './schema/backend-config.ts';
import { modelBackendSchemas } from './schema/model-backend-config.ts';

/** Empty for backends that are no model backends. */
export function providerKeys(backend: BackendConfig): Readonly<Record<string, unknown>> {
  const schema = modelBackendSchemas.find(({ shape }) => shape.type.value === backend.type);
  if (schema === undefined) return {};
  return Object.fromEntries(Object.entries(backend).filter(([key]) => !Object.hasOwn(schema.shape, key)));
}
