/** One entry of `orchestrator.context_paths`: a file or folder of the user. A bare text is a path to read. */
import { z } from 'zod';
import { pathText } from './text-fields.ts';

const contextPathObject = z.strictObject({
  path: pathText.meta({ description: 'The file or folder.', examples: ['docs'] }),
  permission: z.enum(['read', 'write']).default('read').meta({
    description:
      '`write` lets the final turn change a copy of it, which is then applied; all else only reads.',
  }),
  protected_paths: z
    .array(pathText)
    .default([])
    .meta({
      description: 'Files and folders in it that nobody may change, also while they do not exist.',
      examples: [['secrets', 'Makefile']],
    }),
});

export const contextPathSchema = z.union([
  pathText.transform((path): z.output<typeof contextPathObject> => ({
    path,
    permission: 'read',
    protected_paths: [],
  })),
  contextPathObject,
]);
