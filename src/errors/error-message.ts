/** The text of anything that was thrown, for places that must show or journal it. */
export function errorMessage(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message;
  return typeof thrown === 'string' ? thrown : String(thrown);
}
