/**
 * How a tool call ended. `tool_error`: the tool answered with an error of its own; `denied`: we refused
 * before anything was sent; `failed`: surely not done; `unknown`: sent, and it may or may not have happened;
 * `cancelled`: given up on our side before an answer.
 */
export type CallOutcome = 'ok' | 'tool_error' | 'denied' | 'failed' | 'unknown' | 'cancelled';
