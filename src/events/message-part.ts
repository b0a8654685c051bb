/**
 * Parts of a conversation as the journal keeps them. These are our own, versioned with the events:
 * a provider's or SDK's types never reach the journal, so that an old run can always be read again.
 */
export type MessagePart =
  | { readonly type: 'text'; readonly text: string; readonly provider?: ProviderData }
  | { readonly type: 'reasoning'; readonly text: string; readonly provider?: ProviderData }
  | {
      readonly type: 'tool_call';
      readonly call: string;
      readonly tool: string;
      /** Arguments as the model gave them: an object, or the raw text where it was not JSON. */
      readonly arguments: unknown;
      readonly provider?: ProviderData;
    }
  /** A tool that the provider itself carried out while the model wrote, such as its web search. */
  | {
      readonly type: 'provider_tool';
      readonly tool: string;
      readonly arguments: unknown;
      /** Absent when the reply ended before there was one. */
      readonly result?: unknown;
      readonly provider?: ProviderData;
    };

/** Opaque data a provider wants back with the next request (signatures, item ids). Never interpreted. */
export type ProviderData = Readonly<Record<string, unknown>>;
