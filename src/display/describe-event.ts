/**
 * What people read of a durable event: who, and what happened in a few words. Pure; both the plain display and
 * the text files are made from it, so they can never tell different stories.
 */
import { toolErrors } from '../errors/tool-errors.ts';
import type { DurableEvent, SkippedFile } from '../events/run-event.ts';
import type { Usage } from '../events/usage.ts';
import { newAnswerTool, voteTool } from '../tools/decision-tools.ts';
import { oneLine } from './visible-text.ts';

export interface Description {
  /** Id of the agent it is about; undefined for the run as a whole. */
  readonly agent?: string;
  readonly tone: 'quiet' | 'normal' | 'good' | 'bad' | 'strong';
  readonly text: string;
}

/** Undefined for events that need no line of their own. */
export function describeEvent(event: DurableEvent): Description | undefined {
  switch (event.type) {
    case 'turn.started':
      return of(event.agent, 'quiet', event.shown === 0 ? 'starts on the task' : 'weighs the answers');
    case 'turn.failed': {
      // A retired agent gets a line of its own with the same reason.
      if (event.retryInMs === undefined) return undefined;
      const again = ` · tries again in ${seconds(event.retryInMs)}`;
      return of(event.agent, 'bad', `turn failed: ${event.error.message} (${event.error.code})${again}`);
    }
    case 'turn.interrupted':
      return event.reason === 'decided'
        ? of(event.agent, 'quiet', 'stops: the team has decided')
        : of(event.agent, 'quiet', `interrupted (${interruption[event.reason]})`);
    case 'attempt.rejected':
      // What follows the first sentence tells the agent what to do, in words meant for it.
      return of(
        event.agent,
        'bad',
        `asked again: ${event.message.split(/(?<=[.!?])\s/u, 1)[0] ?? event.message}`,
      );
    case 'agent.retired':
      return of(
        event.agent,
        'bad',
        `retired after ${plural(event.failures, 'failure')}: ${event.error.message} (${event.error.code})${hint(event.error.hint)}`,
      );
    case 'model.call.finished':
      return event.outcome === 'failed'
        ? of(event.agent, 'bad', `model call failed: ${event.error?.message ?? 'no reason given'}`)
        : of(
            event.agent,
            'quiet',
            `model ${event.outcome}, ${seconds(event.latencyMs)}${tokens(event.usage)}`,
          );
    case 'answer.submitted':
      return of(event.agent, 'good', `answers as ${event.label}: ${oneLine(event.text, 100)}`);
    case 'answer.rejected':
      return undefined;
    case 'vote.cast':
      return of(
        event.agent,
        'good',
        `votes for ${event.for}${event.reason === '' ? '' : `: ${oneLine(event.reason, 100)}`}`,
      );
    case 'vote.voided':
      return of(event.agent, 'quiet', `vote for ${event.for} is void: ${voided[event.reason]}`);
    case 'update.injected':
      return of(event.agent, 'quiet', 'is shown the new answers');
    case 'tool.call.finished': {
      // What was refused as a whole response is told once, by the line that asks again.
      if (event.error?.code === toolErrors.responseRefused.code) return undefined;
      const failed = event.outcome !== 'ok';
      // A decision that was taken has a line of its own, which says more.
      if (!failed && decisionTools.has(event.tool)) return undefined;
      const why = failed ? `: ${oneLine(event.error?.message ?? firstText(event), 120)}` : '';
      return of(
        event.agent,
        failed ? 'bad' : 'quiet',
        `tool ${oneLine(event.tool, 80)} ${event.outcome}, ${Math.round(event.latencyMs)} ms${why}`,
      );
    }
    case 'workspace.prepared':
      return event.archived === undefined
        ? undefined
        : of(
            event.agent,
            'quiet',
            `starts with an empty workspace; earlier files are now in ${event.archived}`,
          );
    case 'workspace.changed':
      return of(event.agent, 'quiet', `files ${changesText(event)}`);
    case 'context.staged':
      return event.skipped.length === 0
        ? of(event.agent, 'quiet', `may now change a copy of ${event.path}`)
        : of(
            event.agent,
            'bad',
            `may now change a copy of ${event.path}, without ${skippedText(event.skipped)}`,
          );
    case 'context.changed': {
      const { added, modified, deleted } = event;
      const text = changesText({ added, modified, deleted });
      return text === ''
        ? undefined
        : of(event.agent, 'quiet', `changed in its copy of ${event.path}: ${text}`);
    }
    case 'changes.applied':
      return describeApplied(event);
    case 'changes.kept':
      return {
        tone: event.reason === 'failed' || event.reason === 'incomplete' ? 'bad' : 'strong',
        text: `not changed: ${event.path}: ${event.error?.message ?? keptBecause[event.reason]}`,
      };
    case 'changes.undone': {
      const left = event.conflicts.length === 0 ? '' : `; left as it is: ${skippedText(event.conflicts)}`;
      return {
        tone: 'strong',
        text: `put back in ${event.path}: ${plural(event.undone.length, 'change')}${left}`,
      };
    }
    case 'snapshot.published':
      // Told with the answer, not with each call.
      return event.call !== undefined || event.skipped.length === 0
        ? undefined
        : of(event.agent, 'bad', `not in the snapshot: ${skippedText(event.skipped)}`);
    case 'server.failed':
      return of(
        event.agent,
        'bad',
        `MCP server ${event.server}: ${event.error.message} (${event.error.code})${hint(event.error.hint)}`,
      );
    case 'server.ready': {
      const tools = plural(event.tools.length, 'tool');
      return of(
        event.agent,
        'quiet',
        event.deferred === true
          ? `MCP server ${event.server} starts when it is needed: ${tools}, known from before`
          : `MCP server ${event.server} is ready: ${tools}, ${event.startMs} ms`,
      );
    }
    case 'server.tools.changed': {
      const parts = [
        ...event.added.map((name) => `+${name}`),
        ...event.removed.map((name) => `-${name}`),
        ...event.changed.map((name) => `~${name}`),
      ];
      return of(
        event.agent,
        event.changed.length > 0 ? 'bad' : 'quiet',
        `MCP server ${event.server} offers other tools: ${oneLine(parts.join(' '), 120)}`,
      );
    }
    case 'server.stopped':
      return event.reason === 'idle'
        ? of(event.agent, 'quiet', `MCP server ${event.server} was idle and rests`)
        : undefined;
    case 'breaker.changed':
      switch (event.state) {
        case 'open':
          return of(
            event.agent,
            'bad',
            `MCP server ${event.server} keeps failing: no calls to it for ${seconds(event.retryInMs ?? 0)}`,
          );
        case 'half_open':
          return of(
            event.agent,
            'quiet',
            `MCP server ${event.server} gets one call, to see whether it works again`,
          );
        case 'closed':
          return of(event.agent, 'good', `MCP server ${event.server} works again`);
        default:
          return event.state satisfies never;
      }
    case 'limit.warned':
      return of(event.agent, 'quiet', `limit is near: ${event.limit}`);
    case 'limit.reached':
      return event.limit === 'user_stop'
        ? of(event.agent, 'strong', 'stopping: finishing with what exists')
        : of(event.agent, 'bad', `limit reached: ${event.limit}`);
    case 'warning.raised':
      return of(event.agent, 'bad', `warning ${event.code}: ${event.message}${hint(event.hint)}`);
    case 'winner.selected':
      return { tone: 'strong', text: `winner: ${event.answer} (${rules[event.rule]})` };
    case 'presentation.started':
      return event.strategy === 'winner_reuse'
        ? undefined
        : of(event.agent, 'quiet', 'presents the final answer');
    case 'presentation.finished':
      return event.error === undefined
        ? undefined
        : of(event.agent, 'bad', `${event.error.message} (${event.error.code}); the stored answer is used`);
    case 'run.resumed':
      return { tone: 'strong', text: 'the run is taken up again' };
    default:
      return undefined;
  }
}

/** Why changes in the user's files wait. */
export const keptBecause = {
  never: 'the config says `apply: never`',
  declined: 'you said no',
  unasked: 'the config says to ask, and nobody was there to answer',
  incomplete: 'the final turn did not come to its end',
  failed: 'an error',
} as const;

interface ChangedFiles {
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly deleted: readonly string[];
}

/** The first few of them, each with what was done to it. */
export function changesText({ added, modified, deleted }: ChangedFiles): string {
  const parts = [
    ...added.map((path) => `+${oneLine(path, 80)}`),
    ...modified.map((path) => `~${oneLine(path, 80)}`),
    ...deleted.map((path) => `-${oneLine(path, 80)}`),
  ];
  const more = parts.length > 6 ? ` and ${parts.length - 6} more` : '';
  return `${parts.slice(0, 6).join(' ')}${more}`;
}

function skippedText(skipped: readonly SkippedFile[]): string {
  const some = skipped
    .slice(0, 3)
    .map(({ path, reason }) => `${oneLine(path, 80)} (${oneLine(reason, 120)})`);
  const more = skipped.length > 3 ? ` and ${skipped.length - 3} more` : '';
  return `${some.join(', ')}${more}`;
}

function describeApplied(event: Extract<DurableEvent, { type: 'changes.applied' }>): Description {
  const { path, applied, conflicts, refused } = event;
  const left = [
    conflicts.length === 0 ? '' : `; not changed: ${skippedText(conflicts)}`,
    refused.length === 0 ? '' : `; refused: ${skippedText(refused)}`,
  ];
  return {
    tone: conflicts.length + refused.length === 0 ? 'good' : 'bad',
    text: `${plural(applied.length, 'change')} made in ${path}${left.join('')}`,
  };
}

export const rules = {
  most_votes: 'most votes',
  tie_registration_order: 'tie, decided by registration order',
  only_answer: 'the only answer',
  last_living: 'the last agent left',
  no_votes_registration_order: 'no votes, first answer by registration order',
} as const;

export const limits = {
  orchestrator_timeout: 'the time for the coordination was up',
  turn_soft: 'a turn took long',
  turn_hard: 'a turn took too long',
  presentation_timeout: 'the time for the presentation was up',
  user_stop: 'stopped by you',
} as const;

const decisionTools: ReadonlySet<string> = new Set([newAnswerTool, voteTool]);

const interruption = {
  restart: 'a new answer came',
  limit: 'time is up',
  stop: 'stopped',
  crash: 'the program had ended',
} as const;

const voided = {
  new_answer: 'a new answer came',
  stale: 'it was cast without knowing the newest answer',
  retired: 'the voter left',
} as const;

function of(agent: string | undefined, tone: Description['tone'], text: string): Description {
  return agent === undefined ? { tone, text } : { agent, tone, text };
}

function hint(text: string | undefined): string {
  return text === undefined || text === '' ? '' : ` · ${text}`;
}

function firstText(event: Extract<DurableEvent, { type: 'tool.call.finished' }>): string {
  const [part] = event.content;
  return part?.type === 'text' ? part.text : 'no reason given';
}

function tokens({ inputTokens, outputTokens }: Usage): string {
  const known = [
    inputTokens === undefined ? undefined : `${inputTokens} tokens in`,
    outputTokens === undefined ? undefined : `${outputTokens} out`,
  ].filter((part) => part !== undefined);
  return known.length === 0 ? '' : `, ${known.join(', ')}`;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

export function seconds(ms: number): string {
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const whole = Math.round(ms / 1_000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
