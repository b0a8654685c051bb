/** Errors of the area "tool calls": codes MG1501 to MG1599. Agents read them too, so hints speak to both. */
import type { ErrorDefinition } from './error-definition.ts';

export const toolErrors = {
  unknownTool: {
    code: 'MG1501',
    title: 'There is no tool of that name',
    hint: 'Call one of the tools on offer.',
  },
  argumentsNotJson: {
    code: 'MG1502',
    title: 'The arguments of the call are not a JSON object',
    hint: 'Send the arguments again as one JSON object.',
  },
  argumentsInvalid: {
    code: 'MG1503',
    title: 'The arguments of the call do not fit the tool',
    hint: 'Correct the named arguments and call again.',
  },
  schemaUnusable: {
    code: 'MG1504',
    title: 'The tool’s schema cannot be used to check arguments, so the tool cannot be called',
    hint: 'Report it to the author of the MCP server.',
  },
  protectedPath: {
    code: 'MG1505',
    title: 'This path may be read but not changed',
    hint: 'Write into your own workspace instead.',
    exitCode: 2,
  },
  stageFailed: {
    code: 'MG1506',
    title: 'The call was refused because a check of it failed',
    hint: 'This is a fault of the program; the call was not made.',
  },
  deadline: {
    code: 'MG1507',
    title: 'The call took longer than its deadline',
    hint: 'It may or may not have happened; check before repeating it.',
  },
  cancelled: {
    code: 'MG1508',
    title: 'The call was given up because the turn ended',
    hint: 'Nothing to do.',
  },
  responseRefused: {
    code: 'MG1509',
    title: 'The whole response was refused',
    hint: 'Give it again in a right form.',
  },
  afterCall: {
    code: 'MG1510',
    title: 'The call was made but its result could not be taken over',
    hint: 'It may or may not have happened; check before repeating it.',
  },
  changesUnseen: {
    code: 'MG1511',
    title: 'The workspace could not be looked at after a call',
    hint: 'Its files are still taken over with the next answer.',
  },
  outsideFolders: {
    code: 'MG1512',
    title: 'This path is outside of the folders that the agent may use',
    hint: 'Name a path in the workspace, the views or a context path.',
    exitCode: 2,
  },
  plannedOnly: {
    code: 'MG1513',
    title: 'The call was not made, because the team is still planning',
    hint: 'Describe in your answer what it is to do and with which arguments; whoever wins makes it in the final turn.',
  },
  notRead: {
    code: 'MG1514',
    title: 'The call was not made, because it would delete what you have not read in this run',
    hint: 'Read the file, or list the folder, first; then call again if it is to go.',
    exitCode: 2,
  },
  hiddenPath: {
    code: 'MG1515',
    title: 'This path belongs to a run or to another agent, and is not read from here',
    hint: 'What others have published is in the views.',
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorDefinition>;
