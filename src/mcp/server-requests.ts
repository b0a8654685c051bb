/**
 * What a server asks of us and tells us beside its answers: questions to a person, its own log lines, changed lists.
 * It is never given a model, a file or an answer that no person gave. The client's own checks of such messages are not
 * used: a large form keeps them busy for seconds.
 */
import type { Client } from '@modelcontextprotocol/client';
import { errorMessage } from '../errors/error-message.ts';
import type { Clock } from '../events/clock.ts';
import { logLevels, type LogLevel } from '../events/log-level.ts';
import type { LoggedServer, McpLog } from '../logging/mcp-log.ts';
import { readElicitation, type AskPerson, type ElicitationAnswer } from './elicitation.ts';

export interface ServerRequestOptions {
  readonly clock: Clock;
  readonly log: McpLog;
  readonly ask?: AskPerson;
  readonly onUnasked?: (message: string) => void;
  readonly onListChanged?: () => void;
}

export interface ServerQuestions {
  /** Until when, on the monotonic clock, the server had to wait for a person; now, while it does. */
  waitedUntil(): number;
}

/** Questions of one server that wait for a person at the same time; further ones are declined. */
const mostQuestions = 4;
/** Each declined question is worth a warning, thousands are not. */
const mostWarnings = 10;
const longestText = 500;
const methodNotFound = -32_601;
const levels: ReadonlySet<unknown> = new Set(logLevels);

/** To be called before the connection is made: a server may have something to say right after the handshake. */
export function attendServer(
  client: Client,
  of: LoggedServer,
  options: ServerRequestOptions,
): ServerQuestions {
  const { clock, log, ask, onUnasked, onListChanged } = options;
  let open = 0;
  let answeredAt = Number.NEGATIVE_INFINITY;
  let warnings = 0;

  client.fallbackRequestHandler = async ({ method, params }, context): Promise<Record<string, unknown>> => {
    if (method !== 'elicitation/create')
      throw Object.assign(new Error('Method not found'), { code: methodNotFound });
    const answer = await elicit(params, context.mcpReq.signal);
    const question = messageOf(params);
    log.log(of, {
      level: 'notice',
      kind: 'message',
      text: `asked a question: ${answer.action}`,
      data: { question, action: answer.action },
    });
    return { ...answer };
  };

  async function elicit(params: unknown, signal: AbortSignal): Promise<ElicitationAnswer> {
    const question = open < mostQuestions ? readElicitation(of.server, params) : undefined;
    if (ask === undefined || question === undefined) {
      warnings += 1;
      if (warnings <= mostWarnings) onUnasked?.(messageOf(params));
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
      answeredAt = clock.monotonic();
    }
  }

  client.fallbackNotificationHandler = ({ method, params = {} }) => {
    switch (method) {
      case 'notifications/message': {
        const { level, data, logger } = params as Readonly<Record<string, unknown>>;
        log.log(of, {
          level: levels.has(level) ? (level as LogLevel) : 'info',
          kind: 'message',
          text: typeof data === 'string' ? data : (JSON.stringify(data) ?? ''),
          ...(typeof logger === 'string' ? { data: { logger } } : {}),
        });
        break;
      }
      case 'notifications/tools/list_changed':
      case 'notifications/prompts/list_changed':
        onListChanged?.();
        break;
      default:
      // Whatever else a server tells is not for us.
    }
    return Promise.resolve();
  };

  return { waitedUntil: () => (open > 0 ? clock.monotonic() : answeredAt) };
}

function messageOf(params: unknown): string {
  const { message } = (params ?? {}) as { readonly message?: unknown };
  if (typeof message !== 'string') return 'a question of unknown form';
  return message.slice(0, longestText).toWellFormed();
}

/** Asks a server for the log lines that ours wants. Not waited for: some never answer. */
export function requestLogLevel(client: Client, of: LoggedServer, log: McpLog, timeout: number): void {
  const level = log.wants(of.server, 'debug') ? 'debug' : 'info';
  if (client.getServerCapabilities()?.logging === undefined || !log.wants(of.server, level)) return;
  client.request({ method: 'logging/setLevel', params: { level } }, { timeout }).catch((error: unknown) => {
    log.log(of, {
      level: 'notice',
      kind: 'lifecycle',
      text: `its log level could not be set: ${errorMessage(error)}`,
    });
  });
}
