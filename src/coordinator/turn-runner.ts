/**
 * Runs the turns of one agent: attempt after attempt until the protocol says the turn is over. A turn begins only
 * when the one before has come to rest, because both would work in the same place. Whatever an agent throws ends
 * its turn, never the run.
 */
import { agentErrors } from '../errors/agent-errors.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import type { Clock } from '../events/clock.ts';
import type { EventError } from '../events/run-event.ts';
import type { EventRecorder } from '../journal/event-recorder.ts';
import type { Agent, AgentEvent, TurnRequest } from '../agents/agent.ts';
import { nudgeText } from '../agents/prompts/turn-prompt.ts';

/** How long a cancelled turn may take to come to rest before it is left to itself. */
const restMs = 5_000;

/** Events of an agent after which the rest of the program gets its turn, should the agent never wait for anything. */
const eventsPerBreath = 1_000;

export interface AttemptResult {
  /** Text a presenter streamed after its last tool call; empty for other turns, where nobody asks for it. */
  readonly text: string;
}

interface Heard {
  text: string;
  /** The attempt was left behind; nothing of it is heard any more. */
  over: boolean;
}

export interface TurnHandle {
  readonly turn: number;
  /** Ends the turn from outside; what the agent still says is not heard. */
  cancel(): void;
  /** The agent is asked to decide at its next safe point. */
  nudge(): void;
  readonly signal: AbortSignal;
  /** Asked before each model call: a nudge, if one is due. */
  takeNudge(): string | undefined;
}

export class TurnRunner {
  readonly #agent: Agent;
  readonly #recorder: Pick<EventRecorder, 'append' | 'stream'>;
  readonly #clock: Clock;
  readonly #live = new Set<TurnHandle>();
  #current: TurnHandle | undefined;
  #resting: Promise<unknown> = Promise.resolve();

  constructor(agent: Agent, recorder: Pick<EventRecorder, 'append' | 'stream'>, clock: Clock) {
    this.#agent = agent;
    this.#recorder = recorder;
    this.#clock = clock;
  }

  get current(): TurnHandle | undefined {
    return this.#current;
  }

  /**
   * Starts `work` once the turn before has come to rest. A turn that was decided ends by itself; one that does
   * not is ended, so that it cannot hold up the next.
   */
  start(turn: number, work: (handle: TurnHandle) => Promise<void>): Promise<void> {
    const before = this.#current;
    if (before !== undefined) {
      const release = this.#clock.after(restMs, () => before.cancel());
      this.#resting = this.#resting.then(release);
    }
    const controller = new AbortController();
    let nudged = false;
    const handle: TurnHandle = {
      turn,
      signal: controller.signal,
      cancel: () =>
        controller.abort(new MassGenError(runErrors.agentCrashed, { detail: 'the turn is over' })),
      nudge: () => {
        nudged = true;
      },
      takeNudge: () => {
        const due = nudged;
        nudged = false;
        return due ? nudgeText : undefined;
      },
    };
    this.#current = handle;
    this.#live.add(handle);
    const done = this.#resting.then(() => work(handle)).finally(() => this.#live.delete(handle));
    this.#resting = Promise.allSettled([done]);
    return done;
  }

  /** Plays one attempt to its end. @throws what the agent throws, or the reason of the cancellation. */
  async attempt(handle: TurnHandle, request: TurnRequest): Promise<AttemptResult> {
    const { signal } = handle;
    signal.throwIfAborted();
    const heard: Heard = { text: '', over: false };
    const playing = this.#play(handle, listening(request, heard, signal), heard);
    const gone = new Promise<never>((_, reject) => {
      const giveUp = (): void => {
        this.#clock.after(restMs, () => {
          heard.over = true;
          reject(signal.reason as Error);
        });
      };
      signal.addEventListener('abort', giveUp, { once: true });
      void playing.finally(() => signal.removeEventListener('abort', giveUp)).catch(() => undefined);
    });
    await Promise.race([playing, gone]);
    signal.throwIfAborted();
    return heard;
  }

  async #play(handle: TurnHandle, request: TurnRequest, heard: Heard): Promise<void> {
    const { id } = this.#agent;
    const { turn, signal } = handle;
    let before = '';
    let events = 0;
    for await (const event of this.#agent.turn(request, signal)) {
      if (heard.over) return;
      events += 1;
      if (events % eventsPerBreath === 0) {
        if (signal.aborted) return;
        await breath();
      }
      // A cancelled turn is not heard, but how its last model call ended, and what that cost, is kept.
      if (signal.aborted && event.type !== 'model.call.finished') continue;
      if (event.type === 'text.delta') heard.text += request.kind === 'present' ? event.text : '';
      else if (event.type === 'model.call.started') before = heard.text;
      // What a call said that failed is void: the agent asks again or gives up.
      else if (event.type === 'model.call.finished' && event.outcome !== 'ok') heard.text = before;
      if (isEphemeral(event)) this.#recorder.stream({ ...event, agent: id, turn });
      else if (event.type === 'warning.raised')
        await this.#recorder.append([{ ...event, agent: id }]).durable;
      else await this.#recorder.append([{ ...event, agent: id, turn }]).durable;
    }
  }

  /** Cancels what runs and waits until it rests. */
  async halt(): Promise<void> {
    for (const handle of this.#live) handle.cancel();
    await this.#resting;
  }

  /** Halts and closes the agent. @throws when the agent does not close. */
  async stop(): Promise<void> {
    await this.halt();
    const patience = Promise.withResolvers<never>();
    const enough = this.#clock.after(restMs, () => patience.reject(new Error(`not done after ${restMs} ms`)));
    try {
      await Promise.race([this.#agent.close(), patience.promise]);
    } finally {
      enough();
    }
  }
}

/** Lets timers and I/O have their turn. */
function breath(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function isEphemeral(
  event: AgentEvent,
): event is Extract<AgentEvent, { type: 'text.delta' | 'reasoning.delta' }> {
  return event.type === 'text.delta' || event.type === 'reasoning.delta';
}

/**
 * Text before a tool call is thinking aloud; what counts as said is what follows the last one. Once the turn is
 * over its tools are gone too, whatever signal the agent passes: the next turn works in the same place.
 */
function listening(request: TurnRequest, heard: Heard, over: AbortSignal): TurnRequest {
  const { tools } = request;
  return {
    ...request,
    tools: {
      list: () => tools.list(),
      async callAll(calls, signal) {
        over.throwIfAborted();
        heard.text = '';
        return tools.callAll(calls, signal === over ? signal : AbortSignal.any([signal, over]));
      },
    },
  };
}

/** What the journal says about a turn that an agent could not finish. */
export function turnError(error: unknown): { readonly error: EventError; readonly fatal: boolean } {
  if (MassGenError.isInstance(error)) {
    const { code, message, hint } = error;
    return { error: { code, message, hint }, fatal: fatalCodes.has(code) };
  }
  const { code, title, hint } = runErrors.agentCrashed;
  return { error: { code, message: `${title}: ${errorMessage(error)}`, hint }, fatal: false };
}

/** Failures that no second try can mend. */
const fatalCodes: ReadonlySet<string> = new Set([
  agentErrors.keyRefused.code,
  agentErrors.modelNotFound.code,
  agentErrors.keyMissing.code,
  agentErrors.keyMalformed.code,
  agentErrors.keyOfAnother.code,
  agentErrors.badBaseUrl.code,
  agentErrors.keyOverPlainHttp.code,
]);
