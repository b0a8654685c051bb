/**
 * Puts the parts of one run together and starts it. The same for a new run and for one taken up again: what
 * differs is only what the journal holds already.
 */
import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { planningText } from '../agents/prompts/turn-prompt.ts';
import { Coordinator } from '../coordinator/coordinator.ts';
import type { TeamMember } from '../coordinator/team-member.ts';
import { errorMessage } from '../errors/error-message.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import { runErrors } from '../errors/run-errors.ts';
import type { AgentDescription, DurableEvent, DurableEventBody } from '../events/run-event.ts';
import { EventRecorder } from '../journal/event-recorder.ts';
import type { FileLock } from '../journal/file-lock.ts';
import type { Journal } from '../journal/journal.ts';
import type { RunDirectory } from '../journal/run-directory.ts';
import { writeRunResult } from '../journal/run-result.ts';
import { redactText } from '../logging/redact-text.ts';
import type { ProtocolState } from '../protocol/protocol-state.ts';
import { foldEvents } from '../protocol/evolve.ts';
import { initialState } from '../protocol/protocol-state.ts';
import { createToolPipeline } from '../tools/create-tool-pipeline.ts';
import { aside, type ContextPath } from './context-paths.ts';
import { archivesBeside } from '../workspace/list-workspaces.ts';
import { createLegacyFoldersSink } from './legacy-folders-sink.ts';
import { createAgent, failingAgent } from './create-agent.ts';
import { isWithin, type ProtectedPaths } from '../policy/protected-paths.ts';
import { knownSecrets } from './known-secrets.ts';
import { protocolConfig } from './protocol-config.ts';
import type { Exchange, ResumeOptions, RunHandle } from './run-options.ts';
import type { RunWorkspaces } from './run-workspaces.ts';
import { createRunFiles } from './run-files.ts';
import { createRunOwnFiles } from './run-own-files.ts';
import { createRunMcpLogs } from './run-mcp-logs.ts';
import { homeOf, type RuntimeParts } from './runtime-parts.ts';
import { readSoFar } from './read-so-far.ts';
import { runLimits } from './run-limits.ts';
import { runResult } from './run-result.ts';
import { createRunServers } from './run-servers.ts';
import { openRunSinks } from './run-sinks.ts';
import { spillText } from './spill-text.ts';
import { createUserFiles } from './user-files.ts';
import { keepAlive } from './system-clock.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';

export interface LaunchOptions extends ResumeOptions {
  readonly config: MassGenConfig;
  readonly question: string;
  readonly history: readonly Exchange[];
  readonly aliases: ReadonlyMap<string, string>;
  readonly directory: RunDirectory;
  readonly lock: FileLock;
  readonly journal: Journal;
  readonly journaled: readonly DurableEvent[];
  /** Rejects the run when the journal fails. */
  readonly journalFailed: Promise<never>;
  readonly workspaces: RunWorkspaces;
  /** The user's own files and folders. */
  readonly contextPaths: readonly ContextPath[];
  /** Journaled before anything else; empty when the run is taken up again. */
  readonly opening: (agents: readonly AgentDescription[]) => readonly DurableEventBody[];
  readonly resume?: { readonly after: number; readonly program: string };
}

export async function launchRun(parts: RuntimeParts, options: LaunchOptions): Promise<RunHandle> {
  const { config, directory, journal, aliases, workspaces } = options;
  const secrets = knownSecrets(config, parts.environment);
  const redact = (text: string): string => redactText(secrets.replace(text));
  const stopped = new AbortController();
  // Who wants the end does not want to wait for servers that are still starting.
  const ending = new AbortController();
  const firstAt = options.journaled[0]?.at;
  const startedAt = firstAt === undefined ? parts.clock.now() : Date.parse(firstAt);

  const recorder = new EventRecorder({
    journal,
    clock: parts.clock,
    onListenerError: (error) =>
      process.emitWarning(`a display failed and was turned off: ${errorMessage(error)}`),
  });
  const emit = async (...bodies: DurableEventBody[]): Promise<void> => {
    await recorder.append(bodies).durable;
  };
  const legacy = createLegacyFoldersSink(directory, workspaces, aliases, emit);
  const mcpLogs = createRunMcpLogs(parts, { ...options, redact, longestSecret: secrets.longest });
  // After the others: whoever reads its lines has seen the events they are made of.
  const sinks = [legacy, ...(await openRunSinks(options, redact)), mcpLogs];
  const limits = runLimits(config);
  for (const sink of sinks) recorder.subscribe((event) => sink.event(event));

  const descriptions = config.agents.map(({ id, backend }): AgentDescription => {
    const workspace = workspaces.of(id);
    return {
      id,
      alias: aliases.get(id) ?? id,
      backend: backend.type,
      ...('model' in backend && backend.model !== undefined ? { model: backend.model } : {}),
      scripted: backend.type === 'script',
      ...(workspace === undefined ? {} : { workspace }),
    };
  });

  const besides = await aside(config, parts);
  const userFiles = await createUserFiles({
    directory,
    context: options.contextPaths,
    aside: besides,
    agents: new Map(
      config.agents.flatMap(({ id }) =>
        workspaces.of(id) === undefined ? [] : [[id, aliases.get(id) ?? id]],
      ),
    ),
    apply: config.orchestrator.apply,
    confirm: options.confirmChanges,
    recorder,
    journaled: options.journaled,
    clock: parts.clock,
    stopped: stopped.signal,
    ending: ending.signal,
  });
  const homeFor = (agent: string): string => join(directory.homes, aliases.get(agent) ?? agent);
  /** What nobody may change, and where in it this agent may. */
  const rulesOf = (agent: string): ProtectedPaths => {
    const own = workspaces.of(agent);
    const all = config.agents.flatMap(({ id }) => workspaces.of(id) ?? []);
    const copies = userFiles.openFor(agent);
    return {
      roots: [
        // The store, the register of workspaces and other runs lie beside this run.
        dirname(directory.path),
        ...all.filter((place) => place !== own),
        ...userFiles.closed,
        ...copies.closed,
      ],
      writable: [...(own === undefined ? [] : [own]), ...copies.writable],
      // Runs and the work of others may lie in a folder of the user that everybody reads.
      hidden: [...new Set([...besides.places, ...all, ...all.map(archivesBeside)])].filter(
        (place) => place !== own && !isWithin(parts.cwd, place),
      ),
      shown: [
        workspaces.viewsOf(agent),
        homeFor(agent),
        ...(own === undefined ? [] : [own]),
        ...userFiles.foldersFor(agent),
      ],
    };
  };
  const servers = createRunServers(parts, {
    config,
    workspaceOf: (agent) => workspaces.of(agent),
    viewsOf: (agent) => workspaces.viewsOf(agent),
    contextFor: (agent) => userFiles.foldersFor(agent),
    stagedFor: (agent) => userFiles.stagedFor(agent),
    placesOf(agent) {
      const { roots, writable, hidden = [], shown = [] } = rulesOf(agent);
      const staged = userFiles.stagedFor(agent);
      return {
        readOnly: roots,
        writable: [...writable, homeFor(agent), ...(staged === undefined ? [] : [staged])],
        // One that is not there yet cannot be covered, and would be made.
        hidden: hidden.filter((place) => statSync(place, { throwIfNoEntry: false })?.isDirectory() === true),
        shown,
      };
    },
    homeFor,
    emit,
    replaceSecrets: (text) => secrets.replace(text),
    log: mcpLogs,
    ...(options.ask === undefined ? {} : { ask: options.ask }),
    ...(options.mcpDebug === undefined ? {} : { mcpDebug: options.mcpDebug }),
  });
  const ownFilesOf = createRunOwnFiles({ ...options, clock: parts.clock, emit });
  const members = new Map<string, TeamMember>();
  for (const agent of config.agents) {
    const workspace = workspaces.of(agent.id);
    const ofServers = servers.toolsOf(agent.id);
    const ownTools = ownFilesOf(agent);
    members.set(agent.id, {
      agent: makeAgent(),
      alias: aliases.get(agent.id) ?? agent.id,
      ...(agent.system_message === undefined ? {} : { role: agent.system_message }),
      ...(workspace === undefined ? {} : { workspace }),
      // Behind those of servers: of two with one name, ours is the one that counts.
      tools: () => [...ofServers(), ...ownTools],
      ownTools: ownTools.map(({ definition }) => definition.name),
    });

    function makeAgent(): ReturnType<typeof createAgent> {
      try {
        return createAgent(agent, parts, secrets);
      } catch (error) {
        if (!MassGenError.isInstance(error)) throw error;
        return failingAgent(agent.id, error);
      }
    }
  }

  const { coordination } = config.orchestrator;
  const planning = coordination.enable_planning_mode
    ? (coordination.planning_mode_instruction ?? planningText)
    : undefined;
  const files = createRunFiles({ directory, workspaces, userFiles, recorder, writeResult });
  const rules = protocolConfig(config, aliases, userFiles.writable.length > 0);
  const coordinator = new Coordinator({
    clock: parts.clock,
    recorder,
    state: options.journaled.length === 0 ? initialState(rules) : foldEvents(rules, options.journaled),
    journaled: options.journaled,
    members,
    pipeline: (tableOf) =>
      createToolPipeline({
        recorder,
        clock: parts.clock,
        tableOf,
        takeChanges: workspaces.takeChanges,
        expectUnconfined: () => workspaces.distrustViews(),
        spill: (agent, call, text) => spillText(workspaces.viewsOf(agent), call, text),
        replaceSecrets: (text) => secrets.replace(text),
        rulesOf,
        readBeforeDelete: config.orchestrator.enforce_read_before_delete,
        readSoFar: readSoFar(options.journaled),
        isPlanning: () => planning !== undefined && coordinator.state.phase === 'coordinating',
        workspaceOf: (agent) => workspaces.of(agent),
        baseOf: (agent) => members.get(agent)?.workspace ?? parts.cwd,
        home: homeOf(parts),
      }),
    files,
    question: options.question,
    history: options.history,
    contextPaths: userFiles.shown,
    writablePaths: userFiles.writable,
    ...(planning === undefined ? {} : { planning }),
    limits,
    warn: (message) => process.emitWarning(message),
  });

  async function work(): ReturnType<Coordinator['run']> {
    await emit(...options.opening(descriptions));
    for (const agent of await servers.unconfined()) workspaces.separateViews(agent);
    for (const event of options.journaled) {
      if (event.type === 'answer.submitted')
        await files.publishView(event, aliases.get(event.agent) ?? event.agent);
    }
    const places = [directory.views, ...config.agents.map(({ id }) => workspaces.viewsOf(id))];
    for (const place of places) await mkdir(place, { recursive: true, mode: 0o700 });
    await startServers();
    stopped.signal.throwIfAborted();
    const state = await coordinator.run(options.resume);
    await writeResult(state);
    return state;
  }

  /** Servers get no longer to start than the run may take, or one that says nothing would outlast its limit. */
  async function startServers(): Promise<void> {
    const { runMs } = limits;
    const late = new AbortController();
    const cancel =
      runMs === undefined
        ? undefined
        : parts.clock.after(runMs, () =>
            late.abort(new Error(`not ready within the time limit of the run, ${runMs} ms`)),
          );
    try {
      await servers.start(AbortSignal.any([stopped.signal, ending.signal, late.signal]));
    } finally {
      cancel?.();
    }
  }

  function writeResult(state: ProtocolState): Promise<void> {
    const durationMs = parts.clock.now() - startedAt;
    return writeRunResult(
      directory.resultFile,
      runResult(state, directory.id, durationMs, userFiles.outcomes()),
    );
  }

  async function finish(): ReturnType<Coordinator['run']> {
    const letEnd = keepAlive();
    const working = work();
    let failure: unknown;
    try {
      return await Promise.race([working, options.journalFailed, aborted(stopped.signal)]);
    } catch (error) {
      failure = error;
      coordinator.abort(error as Error);
      throw error;
    } finally {
      stopped.abort();
      await Promise.allSettled([working]);
      await closeAll(
        [
          () => servers.close(),
          ...sinks.map((sink) => () => sink.close()),
          () => journal.close(),
          () => Promise.resolve(options.lock.release()),
        ],
        failure,
      );
      letEnd();
    }
  }

  const finished = finish();
  return {
    id: directory.id,
    directory,
    finished,
    stop() {
      ending.abort(new MassGenError(runErrors.stopped));
      coordinator.stop();
    },
    abort: (reason) => stopped.abort(reason),
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** All are closed, whatever one of them does; the first failure is a warning, for the run itself stands. */
async function closeAll(closers: readonly (() => Promise<unknown>)[], failure: unknown): Promise<void> {
  for (const close of closers) {
    try {
      await close();
    } catch (error) {
      // What ended the run, such as a full disk, is told by the run itself.
      const cause = error instanceof Error ? error.cause : undefined;
      if (failure !== undefined && (error === failure || cause === failure)) continue;
      process.emitWarning(`while closing the run: ${errorMessage(error)}`);
    }
  }
}
