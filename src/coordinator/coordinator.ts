/**
 * Drives one run: feeds the protocol with what happens and carries out what it says. It holds no rule of its own;
 * who wins, who waits and who is asked again is decided in `protocol/` alone.
 */
import type { TurnKind } from '../agents/agent.ts';
import { errorMessage } from '../errors/error-message.ts';
import type { Clock } from '../events/clock.ts';
import type { DurableEvent } from '../events/run-event.ts';
import type { EventRecorder } from '../journal/event-recorder.ts';
import { agentIndex } from '../protocol/evolve.ts';
import type { ProtocolCommand } from '../protocol/protocol-command.ts';
import { lastAnswerSeq, type ProtocolState } from '../protocol/protocol-state.ts';
import type { ToolPipeline } from '../tools/pipeline.ts';
import type { ToolTable } from '../tools/tool-table.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { RunFiles } from './run-files.ts';
import type { TeamMember } from './team-member.ts';
import { createTurnRequest, takeUpdateText, type Delivery, type TurnContext } from './turn-request.ts';
import { watchTurn, type TurnDeadlines } from './turn-deadlines.ts';
import { TurnRunner, turnError, type TurnHandle } from './turn-runner.ts';

export interface CoordinatorOptions {
  readonly clock: Clock;
  readonly recorder: EventRecorder;
  /** The state the journal leads to; the initial one for a new run. */
  readonly state: ProtocolState;
  /** Events of the journal so far, for what earlier turns were. */
  readonly journaled: readonly DurableEvent[];
  readonly members: ReadonlyMap<string, TeamMember>;
  readonly pipeline: (tableOf: (agent: string) => ToolTable) => ToolPipeline;
  readonly files: RunFiles;
  readonly question: string;
  readonly history: readonly { readonly user: string; readonly assistant: string }[];
  readonly contextPaths: readonly string[];
  /** Those of them that the final turn may change a copy of. Default none. */
  readonly writablePaths?: readonly string[];
  /** What agents are told while the team plans; absent when it acts at once. */
  readonly planning?: string;
  readonly limits: TurnDeadlines & { readonly runMs?: number; readonly presentationMs: number };
  /** Told what went wrong at the very end, when the result stands already. Must not throw. */
  readonly warn: (message: string) => void;
}

export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #dispatcher: Dispatcher;
  readonly #runners: ReadonlyMap<string, TurnRunner>;
  readonly #context: TurnContext;
  readonly #past = new Map<string, TurnKind[]>();
  readonly #kinds = new Map<string, TurnKind>();
  readonly #followUps = new Map<string, string>();
  readonly #timers = new Set<() => void>();
  readonly #finished = Promise.withResolvers<ProtocolState>();

  constructor(options: CoordinatorOptions) {
    const { recorder, clock, members } = options;
    this.#options = options;
    this.#runners = new Map(
      [...members].map(([id, { agent }]) => [id, new TurnRunner(agent, recorder, clock)]),
    );
    // Whoever runs it hears of its end; an abort may come before anybody does.
    this.#finished.promise.catch(() => undefined);
    for (const event of options.journaled) this.#remember(event);
    this.#dispatcher = createDispatcher({
      initial: options.state,
      recorder,
      settle: (events) => this.#settle(events),
      carryOut: (command) => this.#carryOut(command),
      failed: (error) => this.#finished.reject(error),
    });
    const tables = new Map<string, ToolTable>();
    this.#context = {
      ...options,
      dispatcher: this.#dispatcher,
      tables,
      pipeline: options.pipeline((agent) => tables.get(agent) ?? new Map()),
      past: (agent) => [...(this.#past.get(agent) ?? [])],
    };
  }

  get state(): ProtocolState {
    return this.#dispatcher.state;
  }

  /**
   * Runs to the end. `resume` is given when the journal already holds a part of the run. Rejects when the journal
   * fails or `abort` was called; what was journaled stands.
   */
  async run(resume?: { readonly after: number; readonly program: string }): Promise<ProtocolState> {
    const { runMs } = this.#options.limits;
    if (runMs !== undefined)
      this.#after(runMs, () => this.#dispatcher.dispatch({ type: 'limit', limit: 'orchestrator_timeout' }));
    this.#guard(
      this.#dispatcher.dispatch(resume === undefined ? { type: 'start' } : { type: 'resume', ...resume }),
    );
    try {
      return await this.#finished.promise;
    } finally {
      await this.#rest();
    }
  }

  /** Ends the run with what exists. */
  stop(): void {
    this.#guard(this.#dispatcher.dispatch({ type: 'limit', limit: 'user_stop' }));
  }

  /** Ends at once; the journal is kept and the run can be taken up again. */
  abort(reason: Error): void {
    this.#finished.reject(reason);
  }

  async #rest(): Promise<void> {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    await this.#dispatcher.close();
    await Promise.all(
      [...this.#runners].map(([id, runner]) =>
        runner.stop().catch((error: unknown) => {
          this.#options.warn(`agent ${id} could not be closed: ${errorMessage(error)}`);
        }),
      ),
    );
  }

  #guard(work: Promise<unknown>): void {
    // Only the journal or the run's own files can fail here: then the run cannot go on.
    work.catch((error: unknown) => this.#finished.reject(error as Error));
  }

  #after(ms: number, wake: () => Promise<unknown>): () => void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#timers.delete(cancel);
      this.#guard(wake());
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  async #settle(events: readonly DurableEvent[]): Promise<void> {
    for (const event of events) {
      this.#remember(event);
      if (event.type === 'answer.submitted') {
        const alias = this.#options.members.get(event.agent)?.alias ?? event.agent;
        await this.#options.files.publishView(event, alias);
      }
    }
  }

  /** Which kinds of turns have ended, for scripts that play one entry after the other. */
  #remember(event: DurableEvent): void {
    if (event.type === 'turn.started') {
      this.#kinds.set(event.agent, event.shown === 0 ? 'answer' : 'decide');
    } else if (event.type === 'turn.finished' || event.type === 'turn.failed') {
      const past = this.#past.get(event.agent) ?? [];
      past.push(this.#kinds.get(event.agent) ?? 'answer');
      this.#past.set(event.agent, past);
    }
  }

  #carryOut(command: ProtocolCommand): void {
    switch (command.type) {
      case 'turn.start':
        this.#guard(this.#startTurn(command.agent, command.turn));
        return;
      case 'attempt.start':
        // The turn goes on by itself when its attempt has ended; it needs to know what to say then.
        this.#followUps.set(command.agent, command.followUp);
        return;
      case 'turn.cancel':
        if (this.#handle(command.agent, command.turn) !== undefined)
          this.#runners.get(command.agent)?.current?.cancel();
        return;
      case 'turn.nudge':
        this.#handle(command.agent, command.turn)?.nudge();
        return;
      case 'backoff.start':
        this.#after(command.ms, () =>
          this.#dispatcher.dispatch({ type: 'backoff.ended', agent: command.agent }),
        );
        return;
      case 'presentation.start':
        this.#guard(this.#present(command.agent, command.turn));
        return;
      case 'final.write':
        this.#guard(this.#writeFinal());
        return;
      case 'run.end':
        this.#finished.resolve(this.#dispatcher.state);
        return;
      default:
        command satisfies never;
    }
  }

  #handle(agent: string, turn: number): TurnHandle | undefined {
    const current = this.#runners.get(agent)?.current;
    return current?.turn === turn ? current : undefined;
  }

  async #writeFinal(): Promise<void> {
    await this.#options.files.writeFinal(this.#dispatcher.state);
    // Calls of turns that were cancelled are still coming to their ends; that of the run is the last entry.
    await Promise.all([...this.#runners.values()].map((runner) => runner.halt()));
    await this.#options.files.deliver(this.#dispatcher.state);
    await this.#dispatcher.dispatch({ type: 'final.written' });
  }

  async #startTurn(id: string, turn: number): Promise<void> {
    const { clock, limits } = this.#options;
    const runner = this.#runners.get(id);
    if (runner === undefined) return;
    const stopWatch = { stop: (): void => undefined };
    await runner
      .start(turn, async (handle) => {
        stopWatch.stop = watchTurn(clock, limits, (limit) =>
          this.#guard(this.#dispatcher.dispatch({ type: 'turn.limit', limit, agent: id, turn })),
        );
        await this.#playTurn(id, handle, runner);
      })
      .finally(() => stopWatch.stop());
  }

  async #playTurn(agent: string, handle: TurnHandle, runner: TurnRunner): Promise<void> {
    const { turn } = handle;
    const kind = this.#kinds.get(agent) ?? 'answer';
    let attempt = 1;
    const delivery = { shown: this.#agentState(agent)?.shown ?? 0 };
    await this.#options.files.checkViews(agent);
    let request = createTurnRequest(this.#context, { agent, turn, kind, delivery, handle });
    try {
      while (!handle.signal.aborted) {
        await runner.attempt(handle, request);
        if (this.#agentState(agent)?.attempt === attempt && this.#isWorking(agent, turn)) {
          await this.#dispatcher.dispatch({ type: 'attempt.ended', agent, turn });
        }
        const now = this.#agentState(agent);
        if (now === undefined || !this.#isWorking(agent, turn)) return;
        attempt = now.attempt;
        request = { ...request, attempt, followUp: this.#followUp(agent, delivery) };
      }
    } catch (error) {
      if (handle.signal.aborted) return;
      await this.#dispatcher.dispatch({ type: 'turn.failed', agent, turn, ...turnError(error) });
    }
  }

  #followUp(agent: string, delivery: Delivery): string {
    const told = this.#followUps.get(agent) ?? '';
    const update = takeUpdateText(this.#context, agent, delivery);
    return update === undefined ? told : `${told}\n\n${update}`;
  }

  #isWorking(agent: string, turn: number): boolean {
    const state = this.#agentState(agent);
    return (
      this.#dispatcher.state.phase === 'coordinating' && state?.mode === 'working' && state.turn === turn
    );
  }

  #agentState(agent: string): ProtocolState['agents'][number] | undefined {
    const { state } = this.#dispatcher;
    return state.agents[agentIndex(state, agent)];
  }

  async #present(agent: string, turn: number): Promise<void> {
    const { files, limits } = this.#options;
    const runner = this.#runners.get(agent);
    if (runner === undefined) return;
    await runner.start(turn, async (handle) => {
      let stop = (): void => undefined;
      try {
        const staged = await files.stage(agent, turn, handle.signal);
        // The copies are our work: the limit is for what the agent does.
        stop = this.#after(limits.presentationMs, () =>
          this.#dispatcher.dispatch({ type: 'limit', limit: 'presentation_timeout' }),
        );
        const delivery = { shown: lastAnswerSeq(this.#dispatcher.state) };
        await files.checkViews(agent);
        const about = { agent, turn, kind: 'present', delivery, handle, staged } as const;
        const { text } = await runner.attempt(handle, createTurnRequest(this.#context, about));
        const snapshot = await files.publishWorkspace(agent, turn);
        await this.#dispatcher.dispatch({
          type: 'presentation.ended',
          agent,
          turn,
          text: files.presentable(text),
          ...(snapshot === undefined ? {} : { snapshot }),
        });
      } catch (error) {
        if (handle.signal.aborted) return;
        const { error: failure } = turnError(error);
        await this.#dispatcher.dispatch({
          type: 'presentation.ended',
          agent,
          turn,
          text: '',
          error: failure,
        });
      } finally {
        stop();
      }
    });
  }
}
