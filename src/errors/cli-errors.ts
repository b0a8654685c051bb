/** Errors of the area "command line": codes MG1001 to MG1099. */
import type { ErrorDefinition } from './error-definition.ts';

export const cliErrors = {
  usage: {
    code: 'MG1001',
    title: 'The command line cannot be understood',
    hint: 'See: massgen --help',
    exitCode: 2,
  },
  noTeam: {
    code: 'MG1002',
    title: 'There is no team to ask',
    hint: 'Name a config with --config FILE, put massgen.yaml here, or set a provider key such as OPENAI_API_KEY. Without any key: massgen demo',
    exitCode: 3,
  },
  configInvalid: {
    code: 'MG1003',
    title: 'The config cannot be used',
    hint: 'The problems stand above, each with its place; check again with: massgen config check FILE',
    exitCode: 2,
  },
  configUntrusted: {
    code: 'MG1004',
    title: 'A config that was found here starts programs of its own',
    hint: 'Look at what it starts, then name it yourself: massgen --config FILE',
    exitCode: 2,
  },
  folderUnreadable: {
    code: 'MG1005',
    title: 'The folder cannot be read',
    hint: 'Name a folder that exists and that you may read.',
    exitCode: 2,
  },
  interrupted: {
    code: 'MG1006',
    title: 'Stopped',
    hint: 'Nothing is lost; go on with: massgen runs resume RUN',
    exitCode: 130,
  },
  outputClosed: {
    code: 'MG1007',
    title: 'Stopped, because the output cannot be written',
    hint: 'Nothing is lost; go on with: massgen runs resume RUN',
    exitCode: 1,
  },
  environmentFileUnreadable: {
    code: 'MG1008',
    title: 'The file .env cannot be read',
    hint: 'Correct its permissions, or move it away.',
    exitCode: 2,
  },
  portTaken: {
    code: 'MG1009',
    title: 'The port cannot be used',
    hint: 'Name another with --port; 0 takes a free one.',
    exitCode: 2,
  },
  unknownExample: {
    code: 'MG1010',
    title: 'There is no example of that name',
    hint: 'Name one of those that come with the program, such as --config @examples/one-server',
    exitCode: 2,
  },
  unexpected: {
    code: 'MG1099',
    title: 'An error of the program itself',
    hint: 'Please report it with the text above and the run directory, if there is one.',
    exitCode: 1,
  },
} as const satisfies Record<string, ErrorDefinition>;
