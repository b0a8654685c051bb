/** `massgen config schema`: the JSON Schema of configs. */
import { configJsonSchema } from '../config/json-schema.ts';

export function configSchemaCommand(): Promise<number> {
  process.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
  return Promise.resolve(0);
}
