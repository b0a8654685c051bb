/**
 * Adds what the user wants handed to the provider to the body of a request. Objects are joined key by key and
 * lists are appended; what carries the conversation itself is never replaced, so that no stray key can break it.
 */
type Body = Readonly<Record<string, unknown>>;

/** Keys of all wire formats that the program alone decides about. */
const ours: ReadonlySet<string> = new Set(['model', 'messages', 'input', 'contents', 'stream']);

export function mergeBody(body: Body, extra: Body): Body {
  return join(body, Object.fromEntries(Object.entries(extra).filter(([key]) => !ours.has(key))));
}

function join(body: Body, extra: Body): Body {
  const joined: Record<string, unknown> = { ...body };
  for (const [key, value] of Object.entries(extra)) {
    const held = joined[key];
    if (Array.isArray(held) && Array.isArray(value)) joined[key] = [...new Set<unknown>([...held, ...value])];
    else if (isObject(held) && isObject(value)) joined[key] = join(held, value);
    else if (value !== null) joined[key] = value;
  }
  return joined;
}

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
