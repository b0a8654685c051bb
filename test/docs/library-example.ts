import { configFromValue, createRuntime, type RunEvent } from '../../src/runtime/index.ts';

/** Asks a team of two and returns the final answer. */
export async function ask(
  question: string,
  cwd: string,
  environment: Record<string, string>,
): Promise<string> {
  const { config, diagnostics } = configFromValue({
    agents: ['writer', 'critic'].map((id) => ({
      id,
      backend: { type: 'chatcompletion', model: 'small', base_url: '${BASE_URL}', api_key: '${MY_KEY}' },
    })),
  });
  if (config === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));

  const runtime = createRuntime({ cwd, environment });
  const sink = { event: show, close: () => Promise.resolve() };
  const run = await runtime.startRun({ config, question, sinks: [() => sink] });
  const state = await run.finished;
  return state.presentation?.finished?.text ?? `no answer: ${state.outcome}`;
}

function show(event: RunEvent): void {
  if (event.type === 'vote.cast') process.stdout.write(`${event.agent} votes for ${event.for}\n`);
}
