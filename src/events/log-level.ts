/**
 * Levels of RFC 5424 (section 6.2.1), as MCP takes them for its logging, the least important first. The one list of
 * them: the config, the lines of the logs and what servers send are all measured by it.
 */
export const logLevels = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const;

export type LogLevel = (typeof logLevels)[number];
