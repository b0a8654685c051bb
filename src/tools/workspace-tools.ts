/**
 * Tools of ours for whoever has a workspace: take files over from answers, compare, delete, undo. File contents move
 * inside the program, not through the model. Undoing is a tool of its own, because it takes no paths and its effects are
 * not those of a deletion.
 */
import { z } from 'zod';
import { MassGenError } from '../errors/massgen-error.ts';
import { toolErrors } from '../errors/tool-errors.ts';
import type { Effect } from '../events/effect.ts';
import type { OwnFiles, OwnFilesCall } from './own-files.ts';
import { failedResult } from './pipeline.ts';
import type { ResolvedTool } from './resolved-tool.ts';
import { describeCompared, describeMoved } from './workspace-words.ts';

/** As many things as one call names. */
const mostItems = 200;
const path = z.string().min(1).max(4_000);

const copyArguments = z.strictObject({
  items: z
    .array(
      z.strictObject({
        from: path.describe(
          'The label of an answer, such as agent2.1, for all its files; or a file or folder in it, such as agent2.1/src/app.ts.',
        ),
        to: path.describe(
          'Where it goes in your workspace, relative to it. What is in a folder goes into this folder; "." is the workspace itself. A file gets this name, or goes into it when it is a folder or ends in "/".',
        ),
      }),
    )
    .min(1)
    .max(mostItems),
  overwrite: z
    .boolean()
    .default(false)
    .describe('Replace files that are there and differ. Without it nothing is copied then.'),
});

const diffArguments = z.strictObject({
  from: path.describe('The label of an answer, such as agent2.1, or a file or folder in it.'),
  to: path
    .optional()
    .describe(
      'Another answer, or a file or folder in your workspace, to compare with; default the same path in your workspace.',
    ),
});

const deleteArguments = z.strictObject({
  paths: z
    .array(path)
    .min(1)
    .max(mostItems)
    .describe('Files and folders in your workspace, relative to it; folders go with all that they hold.'),
});

const undoArguments = z.strictObject({
  overwrite: z
    .boolean()
    .default(false)
    .describe('Also overwrite what was changed since at the places that are restored.'),
});

export const workspaceToolNames = [
  'workspace_copy',
  'workspace_diff',
  'workspace_delete',
  'workspace_undo',
] as const;

export function workspaceTools(files: OwnFiles): readonly ResolvedTool[] {
  return [
    tool(
      'workspace_copy',
      'Copy files or folders of an answer into your workspace, without reading them. All or nothing; can be undone.',
      { schema: copyArguments, effects: ['Write'], pathArguments: ['items[].to'] },
      async ({ items, overwrite }, call) =>
        describeMoved('Copied', await files.copy({ items, overwrite }, call)),
    ),
    tool(
      'workspace_diff',
      'List what differs between the files of an answer and your workspace, or between two answers, with the changed lines of texts.',
      { schema: diffArguments, effects: ['Read'], pathArguments: [] },
      async ({ from, to }, call) =>
        describeCompared(await files.diff({ from, ...(to === undefined ? {} : { to }) }, call)),
    ),
    tool(
      'workspace_delete',
      'Delete files and folders in your workspace. All or nothing; can be undone.',
      { schema: deleteArguments, effects: ['Delete'], pathArguments: ['paths[]'] },
      async ({ paths }, call) => describeMoved('Deleted', await files.remove(paths, call)),
    ),
    tool(
      'workspace_undo',
      'Undo your newest workspace_copy or workspace_delete that was not undone yet; call again for the one before it.',
      { schema: undoArguments, effects: ['Write', 'Delete'], pathArguments: [] },
      async ({ overwrite }, call) => {
        const moved = await files.undo(overwrite, call);
        return describeMoved(moved.action === 'copy' ? 'Undid a copy' : 'Undid a deletion', moved);
      },
    ),
  ];
}

function tool<Schema extends z.ZodType>(
  name: (typeof workspaceToolNames)[number],
  description: string,
  does: {
    readonly schema: Schema;
    readonly effects: readonly Effect[];
    readonly pathArguments: readonly string[];
  },
  run: (args: z.output<Schema>, call: OwnFilesCall) => Promise<string>,
): ResolvedTool {
  const { schema, effects, pathArguments } = does;
  const { $schema: _, ...inputSchema } = z.toJSONSchema(schema, { io: 'input' });
  return {
    definition: { name, description, inputSchema },
    effects: { effects, pathArguments, staysInWorkspace: true, source: 'own', why: 'a tool of ours' },
    decides: false,
    async invoke(args, call) {
      const parsed = schema.safeParse(args);
      if (!parsed.success) {
        const { code, title, hint } = toolErrors.argumentsInvalid;
        return failedResult('tool_error', {
          code,
          message: `${title}: ${z.prettifyError(parsed.error)}`,
          hint,
        });
      }
      try {
        return { outcome: 'ok', content: [{ type: 'text', text: await run(parsed.data, call) }] };
      } catch (error) {
        // Whatever else it throws is a fault of the program, and says so.
        if (!MassGenError.isInstance(error)) throw error;
        const { code, message, hint } = error;
        return failedResult('tool_error', { code, message, hint });
      }
    },
  };
}
