/** Errors of the area "MCP servers": codes MG1401 to MG1499. */
import type { ErrorDefinition } from './error-definition.ts';

export const mcpErrors = {
  commandNotFound: {
    code: 'MG1401',
    title: 'The MCP server could not be started: its command was not found',
    hint: 'Check the spelling of `command`, install the program, or give its full path.',
    exitCode: 4,
  },
  notExecutable: {
    code: 'MG1402',
    title: 'The MCP server could not be started: its command may not be executed',
    hint: 'Make the file executable, or start it through its interpreter.',
    exitCode: 4,
  },
  startFailed: {
    code: 'MG1403',
    title: 'The MCP server did not start',
    hint: 'Run its command by hand to see what it says; the last lines of its stderr stand above.',
    exitCode: 4,
  },
  connectTimeout: {
    code: 'MG1404',
    title: 'The MCP server did not answer in time while connecting',
    hint: 'A first start through npx may have to download; start it once by hand. npx needs -y when nobody can answer its question.',
    exitCode: 4,
  },
  connectionLost: {
    code: 'MG1405',
    title: 'The connection to the MCP server was lost',
    hint: 'The server ended or closed its output; its stderr says why.',
    exitCode: 4,
  },
  messageTooLong: {
    code: 'MG1406',
    title: 'The MCP server sent a message over the size limit',
    hint: 'The call was carried out. Ask for less at a time, such as a part of a file.',
    exitCode: 4,
  },
  missingVariable: {
    code: 'MG1407',
    title: 'The MCP server needs an environment variable that is not set',
    hint: 'Set the variable, or put it into .env in the folder you start from.',
    exitCode: 3,
  },
  callTimeout: {
    code: 'MG1408',
    title: 'The tool did not answer in time',
    hint: 'It may or may not have happened; check before repeating it.',
    exitCode: 4,
  },
  callFailed: {
    code: 'MG1409',
    title: 'The tool call failed in the MCP server',
    hint: 'The message is the server’s own.',
    exitCode: 4,
  },
  toolDropped: {
    code: 'MG1410',
    title: 'A tool of the MCP server cannot be offered',
    hint: 'The other tools of the server are not touched by this.',
    exitCode: 4,
  },
  noDirectory: {
    code: 'MG1411',
    title: 'The MCP server could not be started: its working directory does not exist',
    hint: 'Create the directory, or correct `cwd` of the server.',
    exitCode: 4,
  },
  unreachable: {
    code: 'MG1412',
    title: 'The MCP server could not be reached',
    hint: 'Check `url`, `headers` and whether the server is running.',
    exitCode: 4,
  },
  notEnded: {
    code: 'MG1413',
    title: 'The MCP server could not be ended',
    hint: 'End its process by hand.',
    exitCode: 4,
  },
  badLogLevel: {
    code: 'MG1450',
    title: 'The level of an MCP log cannot be understood',
    hint: 'Write a level for all servers, `server=level` for one, or both: MASSGEN_MCP_LOG=notice,filesystem=debug. Levels: debug, info, notice, warning, error, critical, alert, emergency, off.',
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorDefinition>;
