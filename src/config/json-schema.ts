/**
 * The schema for editors, as JSON Schema draft-07: what a config file may hold, with descriptions and defaults. It
 * cannot say all that is checked; what it refuses is refused by the program too, but for the case of `type`.
 */
import { z } from 'zod';
import { massGenConfigSchema } from './schema/massgen-config.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(massGenConfigSchema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    reused: 'ref',
    override: ({ zodSchema, jsonSchema }) => {
      delete jsonSchema['ignored'];
      const { def } = (zodSchema as z.core.$ZodTypes)._zod;
      if (def.type === 'union' && jsonSchema.oneOf !== undefined) {
        // Without a type, which the model may tell, several of the forms can fit.
        jsonSchema.anyOf = jsonSchema.oneOf;
        delete jsonSchema.oneOf;
      }
      if (def.type === 'object' && isLiteral(def.shape['type'])) {
        jsonSchema.required = jsonSchema.required?.filter((key) => key !== 'type') ?? [];
      }
    },
  });
  return { ...schema, title: 'MassGen config', anyOf: [{ required: ['agents'] }, { required: ['agent'] }] };
}

function isLiteral(schema: z.core.$ZodType | undefined): boolean {
  return schema?._zod.def.type === 'literal';
}
