/** Errors of the area "journal, run directory and locks": codes MG1201 to MG1299. */
import type { ErrorDefinition } from './error-definition.ts';

export const journalErrors = {
  storageFailed: {
    code: 'MG1201',
    title: 'A file of the run could not be read or written',
    hint: 'Check the disk and the path. Everything up to the last journal entry is kept; "massgen runs resume RUN" goes on from there.',
  },
  diskFull: {
    code: 'MG1202',
    title: 'No space left on the disk',
    hint: 'Free some space (or raise the quota), then go on with "massgen runs resume RUN". Everything up to the last journal entry is kept.',
  },
  notPermitted: {
    code: 'MG1203',
    title: 'No permission for a file of the run',
    hint: 'Run MassGen in a directory you may write to, or correct the owner and mode of the path.',
    exitCode: 2,
  },
  journalClosed: {
    code: 'MG1204',
    title: 'An event came after the journal was closed',
    hint: 'This is a mistake in the program that uses MassGen: append nothing after close().',
  },
  eventNotSerialisable: {
    code: 'MG1205',
    title: 'An event cannot be written as JSON',
    hint: 'Events hold JSON values only: no cycles, no BigInt, no nesting over some thousand levels.',
  },
  journalDamaged: {
    code: 'MG1206',
    title: 'The journal of the run is damaged',
    hint: 'Nothing was changed. Keep the file; the entries before the named line can still be read with any text tool.',
  },
  journalNewer: {
    code: 'MG1207',
    title: 'The run was written by a newer version of MassGen',
    hint: 'Update MassGen to read this run: npm install -g massgen@latest.',
    exitCode: 2,
  },
  blobMissing: {
    code: 'MG1208',
    title: 'A long value of the run is missing from the store',
    hint: 'Restore the ".store" directory beside the run from a backup; it belongs to the runs and must not be deleted alone.',
  },
  blobDamaged: {
    code: 'MG1209',
    title: 'A long value of the run is damaged in the store',
    hint: 'Its content does not match its checksum. Restore the named file from a backup.',
  },
  logsDirectoryUnsafe: {
    code: 'MG1210',
    title: 'The directory for runs is not safe to use',
    hint: 'Runs hold conversations and files, so the directory must be yours and not writable by everybody: chown or chmod it, or start MassGen elsewhere.',
    exitCode: 2,
  },
  runNameTaken: {
    code: 'MG1211',
    title: 'No free name for a new run was found',
    hint: 'Very many runs were started in this second. Start again.',
  },
  runNotFound: {
    code: 'MG1212',
    title: 'There is no run here',
    hint: 'List the runs of this directory with "massgen runs list".',
    exitCode: 2,
  },
  runRecordInvalid: {
    code: 'MG1213',
    title: 'The description of the run (run.json) cannot be used',
    hint: 'The file is missing, cut off or was edited. Restore it; the journal beside it is not affected.',
  },
  lockHeld: {
    code: 'MG1214',
    title: 'Another process is using this',
    hint: 'Wait until it has ended, then try again. The lock ends with its process, so nothing needs to be deleted.',
  },
  lockUnavailable: {
    code: 'MG1215',
    title: 'A lock could not be taken',
    hint: 'The file system may not support locks (some network mounts do not). Start MassGen in a directory on a local disk.',
  },
} as const satisfies Record<string, ErrorDefinition>;
