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
  notAllowed: {
    code: 'MG1414',
    title: 'The MCP server is not allowed by its `security` settings',
    hint: 'If you trust the server, change the key of `security` that the message names.',
    exitCode: 4,
  },
  serverHeldBack: {
    code: 'MG1420',
    title: 'The MCP server keeps failing, so calls to it are held back for a while',
    hint: 'The call was not made. Go on without it, or try again later; `massgen mcp logs --server NAME` shows what fails.',
    exitCode: 4,
  },
  serverBusy: {
    code: 'MG1421',
    title: 'The MCP server has too many calls waiting',
    hint: 'The call was not made. Make fewer calls at a time, or try again later.',
    exitCode: 4,
  },
  restartedTooOften: {
    code: 'MG1422',
    title: 'The MCP server went down too often and is not started again for now',
    hint: 'The call was not made. Its stderr says why it ends: `massgen mcp logs --server NAME`.',
    exitCode: 4,
  },
  serverClosed: {
    code: 'MG1423',
    title: 'The MCP server is being ended because the run is over',
    hint: 'Nothing to do.',
  },
  callGivenUp: {
    code: 'MG1424',
    title: 'The call was given up before it was sent',
    hint: 'The call was not made.',
  },
  toolsChanged: {
    code: 'MG1425',
    title: 'The MCP server describes tools differently than before',
    hint: 'Was it updated? Look at what changed with `massgen mcp logs --kind discovery` before you trust it.',
    exitCode: 4,
  },
  questionDeclined: {
    code: 'MG1426',
    title: 'The MCP server asked a question and nobody could be asked, so it was declined',
    hint: 'Run in a terminal to answer questions of servers.',
    exitCode: 4,
  },
  serverReplaced: {
    code: 'MG1428',
    title: 'Another MCP server is started than the config says',
    hint: 'Write `command: massgen`, `args: [mcp, test-server]` to have no notice.',
  },
  unknownServer: {
    code: 'MG1429',
    title: 'No MCP server has the name that `--mcp-debug` was given',
    hint: 'Names are those of the config; `massgen mcp list` shows them.',
    exitCode: 2,
  },
  sandboxMissing: {
    code: 'MG1430',
    title: 'The MCP server is to run in a sandbox and there is none',
    hint: 'Install bubblewrap (`apt-get install bubblewrap`) and have no `orchestrator.sandbox: off`, or take `sandbox: required` out of its config.',
    exitCode: 4,
  },
  sweptProcesses: {
    code: 'MG1427',
    title: 'Processes that an earlier run had left behind were ended',
    hint: 'Nothing to do.',
  },
  badLogLevel: {
    code: 'MG1450',
    title: 'The level of an MCP log cannot be understood',
    hint: 'Write a level for all servers, `server=level` for one, or both: MASSGEN_MCP_LOG=notice,filesystem=debug. Levels: debug, info, notice, warning, error, critical, alert, emergency, off.',
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorDefinition>;
