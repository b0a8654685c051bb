/** Replaces exact values of registered secrets in results, before they are stored or shown to a model. */
import type { ToolContent } from '../../events/tool-content.ts';
import type { Stage } from '../pipeline.ts';

export function replaceSecrets(replace: (text: string) => string): Stage {
  const clean = (part: ToolContent): ToolContent => {
    switch (part.type) {
      case 'text':
        return { ...part, text: replace(part.text) };
      case 'image':
      case 'audio':
        return holdsSecret(part.data) ? leftOut(part.type) : { ...part, mimeType: replace(part.mimeType) };
      case 'resource':
        if (part.data !== undefined && holdsSecret(part.data)) return leftOut(part.type);
        return {
          ...part,
          uri: replace(part.uri),
          ...(part.text === undefined ? {} : { text: replace(part.text) }),
          ...(part.mimeType === undefined ? {} : { mimeType: replace(part.mimeType) }),
        };
      default:
        return part satisfies never;
    }
  };
  // A word in the middle of base64 would leave nothing that can be decoded.
  const holdsSecret = (data: string): boolean => replace(data) !== data;

  return async (call, next) => {
    const result = await next(call);
    return {
      ...result,
      content: result.content.map(clean),
      ...(result.error === undefined
        ? {}
        : { error: { ...result.error, message: replace(result.error.message) } }),
    };
  };
}

function leftOut(type: string): ToolContent {
  return { type: 'text', text: `[${type} left out: it holds a secret of this run]` };
}
