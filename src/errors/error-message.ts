/** The text of anything that was thrown, for places that must show or journal it. Never throws itself. */
export function errorMessage(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message;
    return String(thrown);
  } catch {
    // Objects without a prototype, and those whose own methods throw, have no text.
    return 'something that cannot be shown as text';
  }
}
