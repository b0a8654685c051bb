/** What a tool gave back, in the order the tool gave it. Binary content travels as base64. */
export type ToolContent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mimeType: string }
  | {
      readonly type: 'resource';
      readonly uri: string;
      readonly text?: string;
      readonly data?: string;
      readonly mimeType?: string;
    };

/** The text of a result as a person or a script would read it. */
export function toolContentText(content: readonly ToolContent[]): string {
  return content
    .map((part) => {
      switch (part.type) {
        case 'text':
          return part.text;
        case 'image':
        case 'audio':
          return `[${part.type} ${part.mimeType}, ${part.data.length} base64 characters]`;
        case 'resource':
          return part.text ?? `[resource ${part.uri}]`;
        default:
          return part satisfies never;
      }
    })
    .join('\n');
}
