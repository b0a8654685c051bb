/**
 * The arguments of a tool call as the model wrote them: the parsed value, `{}` for nothing at all, or the
 * raw text where it is not JSON (the tool pipeline then refuses the call with a hint).
 */
export function parseArguments(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return (JSON.parse(text) as unknown) ?? {};
  } catch {
    // Not JSON is an expected outcome with its own value: the text itself.
    return text;
  }
}
