/** Replaces exact values of registered secrets in results, before they are stored or shown to a model. */
import type { ToolContent } from '../../events/tool-content.ts';
import type { Stage } from '../pipeline.ts';

export function replaceSecrets(replace: (text: string) => string): Stage {
  const clean = (part: ToolContent): ToolContent => {
    switch (part.type) {
      case 'text':
        return { ...part, text: replace(part.text) };
      case 'resource':
        return part.text === undefined ? part : { ...part, text: replace(part.text) };
      default:
        return part;
    }
  };
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
