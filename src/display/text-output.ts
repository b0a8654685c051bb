/** Where text for people goes, and what that place can show. */
export interface TextOutput {
  write(text: string): void;
  /** False for pipes, `NO_COLOR` and dumb terminals. */
  readonly color: boolean;
  /** True when somebody watches and lines can be rewritten. */
  readonly interactive: boolean;
  /** Width in characters; undefined when the output has none. */
  readonly columns: () => number | undefined;
}
