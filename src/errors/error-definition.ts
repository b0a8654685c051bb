/**
 * One row of the error table. Codes are stable for ever: scripts and the documentation refer to them,
 * so a code is never reused for another meaning. `title` says what happened, `hint` what to do next.
 */
export interface ErrorDefinition {
  /** `MG` and four digits; the first two digits name the area (MG11 config, MG12 journal, …). */
  readonly code: `MG${number}`;
  readonly title: string;
  readonly hint: string;
  /** Exit status of the command line when this error ends a command. Default 1. */
  readonly exitCode?: number;
}
