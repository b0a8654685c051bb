/** One entry of `orchestrator.context_paths`: a file or folder of the user. A bare text is a path to read. */
import { z } from 'zod';
import { pathText } from './text-fields.ts';

const contextPathObject = z.strictObject({
  path: pathText.meta({ description: 'The file or folder.', examples: ['docs'] }),
  permission: z
    .enum(['read', 'write'])
    .default('read')
    .meta({ description: '`write` lets the final turn change it; everybody else only reads.' }),
  protected_paths: z
    .array(pathText)
    .default([])
    .meta({ description: 'Paths inside it that stay read-only.', examples: [['secrets', '.git']] }),
});

export const contextPathSchema = z.union([
  pathText.transform((path): z.output<typeof contextPathObject> => ({
    path,
    permission: 'read',
    protected_paths: [],
  })),
  contextPathObject,
]);
