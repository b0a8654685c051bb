/** Errors of the area "workspaces, snapshots and views": codes MG1301 to MG1399. */
import type { ErrorDefinition } from './error-definition.ts';

export const workspaceErrors = {
  severalRefused: {
    code: 'MG1301',
    title: 'Several directories cannot be used as workspaces',
    hint: 'Correct each of them. Nothing was touched.',
    exitCode: 2,
  },
  isRoot: {
    code: 'MG1302',
    title: 'The root of the file system cannot be a workspace',
    hint: 'Set "cwd" to a directory of its own for the agent, such as "workspaces/writer". Nothing was touched.',
    exitCode: 2,
  },
  holdsHome: {
    code: 'MG1303',
    title: 'Your home directory, or one above it, cannot be a workspace',
    hint: 'Set "cwd" to a directory of its own for the agent, such as "workspaces/writer". Nothing was touched.',
    exitCode: 2,
  },
  holdsProject: {
    code: 'MG1304',
    title: 'The directory you started in, or one above it, cannot be a workspace',
    hint: 'Set "cwd" to a directory of its own for the agent, such as "workspaces/writer"; to let agents work with the files of this project, list it under "orchestrator.context_paths". Nothing was touched.',
    exitCode: 2,
  },
  holdsLogs: {
    code: 'MG1305',
    title: 'The directory for runs cannot be, hold or contain a workspace',
    hint: 'Set "cwd" to a directory outside of it, or leave "cwd" out. Nothing was touched.',
    exitCode: 2,
  },
  overlap: {
    code: 'MG1306',
    title: 'Two agents would work in the same directory',
    hint: 'Give each agent a "cwd" of its own that is not inside another one\'s. Nothing was touched.',
    exitCode: 2,
  },
  notDirectory: {
    code: 'MG1307',
    title: 'The workspace is not a directory',
    hint: 'Set "cwd" to a directory, or to a name that does not exist yet. Nothing was touched.',
    exitCode: 2,
  },
  notOurs: {
    code: 'MG1308',
    title: 'The workspace holds files that MassGen did not make',
    hint: 'Nothing was touched. Set another "cwd"; or list the directory under "orchestrator.context_paths" to let agents read it; or hand it over with "massgen workspace adopt DIR": each new run then moves its content to ".massgen-archive" beside it and starts empty.',
    exitCode: 2,
  },
  inUse: {
    code: 'MG1309',
    title: 'The workspace is in use by another run',
    hint: 'Wait until that run has ended, set another "cwd", or start with --isolate-workspaces. Nothing was touched.',
    exitCode: 2,
  },
  unusable: {
    code: 'MG1310',
    title: 'The workspace cannot be used',
    hint: 'Correct the path or its permissions, or set another "cwd". Nothing was touched.',
    exitCode: 2,
  },
  archiveFailed: {
    code: 'MG1311',
    title: 'The earlier content of the workspace could not be moved aside',
    hint: 'Nothing was deleted: what was moved is in the named archive, the rest is where it was. Correct the cause and start again.',
  },
  takenOver: {
    code: 'MG1312',
    title: 'Another run has used the workspace since',
    hint: 'What this run left there is in ".massgen-archive" beside the workspace. Start a new run instead.',
    exitCode: 2,
  },
  tooLarge: {
    code: 'MG1320',
    title: 'The workspace is too large to be published',
    hint: 'Have the agent delete or move what nobody needs; files outside the workspace do not count. Earlier snapshots are kept.',
  },
  sourceMissing: {
    code: 'MG1321',
    title: 'The workspace to publish is missing or is no directory',
    hint: 'It was removed or replaced while the run went on. Earlier snapshots are kept.',
  },
  snapshotNotFound: {
    code: 'MG1322',
    title: 'There is no such snapshot in the store',
    hint: 'Restore the ".store" directory beside the runs from a backup; it belongs to the runs and must not be deleted alone.',
  },
  snapshotDamaged: {
    code: 'MG1323',
    title: 'A snapshot is damaged in the store',
    hint: 'Its content does not match its checksum, so it was not used. Other snapshots are not affected. Restore the named file from a backup.',
  },
  targetExists: {
    code: 'MG1324',
    title: 'The place for a copy of a snapshot is taken',
    hint: 'Nothing was overwritten. Move what is there, or choose another place.',
  },
  nameUnsafe: {
    code: 'MG1325',
    title: 'This cannot be the name of a directory',
    hint: 'Names have 1 to 255 bytes and no slash or NUL, and are not "." or "..".',
    exitCode: 2,
  },
  viewChanged: {
    code: 'MG1326',
    title: 'The files of an answer were changed where others read them, and have been made anew',
    hint: 'A program that an agent may run did that: the tool calls before this tell which. Where bubblewrap is installed, servers with a shell cannot.',
  },
  registryDamaged: {
    code: 'MG1330',
    title: 'The list of workspaces was damaged and has been set aside',
    hint: 'Until they are handed over with "massgen workspace adopt DIR", directories that hold files do not count as made by MassGen and are not used.',
  },
  folderNotOurs: {
    code: 'MG1331',
    title: 'A folder for copies was left as it is, because MassGen did not make it',
    hint: 'Set "orchestrator.snapshot_storage" and "orchestrator.agent_temporary_workspace" to directories that do not exist yet. The run is not affected: all answers and files are in its own directory.',
  },
  folderFailed: {
    code: 'MG1332',
    title: 'A folder for copies could not be brought up to date',
    hint: 'Correct the named cause. The run is not affected: all answers and files are in its own directory.',
  },
  undoDamaged: {
    code: 'MG1340',
    title: 'The record of what a folder held before cannot be read',
    hint: 'Nothing was put back. The contents of replaced files are still in "undo/" of the run, in the directory "before" beside the record.',
  },
  nothingToApply: {
    code: 'MG1341',
    title: 'The run has nothing to apply',
    hint: 'It has no writable context path whose final turn was reached. To take the files of its answer over into a folder: massgen runs apply RUN DIR',
    exitCode: 2,
  },
  changesWait: {
    code: 'MG1342',
    title: 'Some changes were not made, because the files were changed meanwhile or cannot be written',
    hint: 'Look at them with "massgen runs diff RUN"; to overwrite what is there: massgen runs apply RUN --force (massgen runs undo RUN puts it back).',
    exitCode: 2,
  },
  nothingToUndo: {
    code: 'MG1343',
    title: 'The run has changed nothing that could be put back',
    hint: 'Every change that was made is put back already, or none was made.',
    exitCode: 2,
  },
  targetUnusable: {
    code: 'MG1344',
    title: 'Changes cannot be made in this folder',
    hint: 'Name a folder that exists and that you may write to, outside of the directory for runs.',
    exitCode: 2,
  },
  applyFailed: {
    code: 'MG1345',
    title: 'The changes of the final turn could not be made',
    hint: 'They are kept with the run. When the named cause is gone: massgen runs apply RUN',
  },
  archiveMissing: {
    code: 'MG1346',
    title: 'There is no such archive of the workspace',
    hint: 'List the archives with "massgen workspace list".',
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorDefinition>;
