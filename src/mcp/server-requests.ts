/**
 * What a server asks of us and tells us beside its answers: questions to a person, its own log lines, changed lists.
 * It is never given a model, a file or an answer that no person gave.
 */
import type { Client } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import type { LoggedServer, LogLevel, McpLog } from '../logging/mcp-log.ts';
import { readElicitation, type AskPerson, type ElicitationAnswer } from './elicitation.ts';

export interface ServerRequestOptions {
  readonly log: McpLog;
  readonly ask?: AskPerson;
  readonly onUnasked?: (message: string) => void;
  readonly onListChanged?: () => void;
}

/** To be called before the connection is made. `open` counts the questions that wait for a person. */
export function answerServer(
  client: Client,
  of: LoggedServer,
  { log, ask, onUnasked }: ServerRequestOptions,
): { readonly open: number } {
  let open = 0;
  client.setRequestHandler('elicitation/create', async (request, context): Promise<never> => {
    const answer = await elicit(request.params, context.mcpReq.signal);
    log.log(of, {
      level: 'notice',
      kind: 'message',
      text: `asked a question: ${answer.action}`,
      data: { question: request.params.message, action: answer.action },
    });
    // The content is what the person typed into fields the server named itself.
    return answer as never;
  });

  async function elicit(params: unknown, signal: AbortSignal): Promise<ElicitationAnswer> {
    const question = readElicitation(of.server, params);
    if (ask === undefined || question === undefined) {
      const { message } = (params ?? {}) as { readonly message?: unknown };
      onUnasked?.(typeof message === 'string' ? message.slice(0, 500) : 'a question of unknown form');
      return { action: 'decline' };
    }
    open += 1;
    try {
      return await ask(question, signal);
    } catch (error) {
      log.log(of, {
        level: 'warning',
        kind: 'message',
        text: `nobody could be asked: ${errorMessage(error)}`,
      });
      return { action: 'decline' };
    } finally {
      open -= 1;
    }
  }

  return {
    get open() {
      return open;
    },
  };
}

/** To be called once the connection stands. */
export function listenToServer(
  client: Client,
  of: LoggedServer,
  { log, onListChanged }: ServerRequestOptions,
): void {
  client.setNotificationHandler('notifications/message', ({ params }) => {
    log.log(of, {
      level: params.level as LogLevel,
      kind: 'message',
      text: typeof params.data === 'string' ? params.data : (JSON.stringify(params.data) ?? ''),
      ...(params.logger === undefined ? {} : { data: { logger: params.logger } }),
    });
  });
  for (const list of ['tools', 'prompts', 'resources'] as const) {
    client.setNotificationHandler(`notifications/${list}/list_changed`, () => {
      if (list !== 'resources') onListChanged?.();
    });
  }
  const level = log.wants(of.server, 'debug') ? 'debug' : 'info';
  if (client.getServerCapabilities()?.logging === undefined || !log.wants(of.server, level)) return;
  client.request({ method: 'logging/setLevel', params: { level } }).catch((error: unknown) => {
    log.log(of, {
      level: 'notice',
      kind: 'lifecycle',
      text: `its log level could not be set: ${errorMessage(error)}`,
    });
  });
}
