/** Something about workspaces that people should know and that stops nothing; as in the event `warning.raised`. */
export interface WorkspaceWarning {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}
