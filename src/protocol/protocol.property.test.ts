/** What must hold of every run, whatever the agents do and in whatever order it happens. */
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealAliases } from '../events/aliases.ts';
import { foldEvents } from './evolve.ts';
import type { ProtocolConfig } from './protocol-config.ts';
import type { Written } from './protocol-rig.test-support.ts';
import { RandomRun, type Manner, type Script } from './random-run.test-support.ts';
import { selectWinner } from './select-winner.ts';

const full = process.env['MASSGEN_TEST_FULL'] !== undefined;
const patienceMs = full ? 1_800_000 : 60_000;

/** Asserts the property; lets the test runner breathe between two runs, as a full sweep takes minutes. */
async function holds<T>(values: fc.Arbitrary<T>, short: number, property: (value: T) => void): Promise<void> {
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      property(value);
      await setImmediate();
    }),
    full ? { numRuns: short * 25 } : { numRuns: short, seed: 20_260_701 },
  );
}

const manners: readonly Manner[] = ['vote', 'mute', 'fail', 'answer', 'hang'];

/** Ids as people write them; all begin with `Qx`, which no alias and no message does. Some end like labels. */
const idsOf = (most: number): fc.Arbitrary<readonly string[]> =>
  fc
    .uniqueArray(
      fc.tuple(
        fc.constantFrom('Qx', 'Qx-gemini', 'Qx.agent', 'Qxé '),
        fc.constantFrom('', '.1', '.2.1', '7', '-b'),
      ),
      { minLength: 1, maxLength: most, selector: (parts) => parts.join('') },
    )
    .map((list) => list.map((parts) => parts.join('')));

const configOf = (most: number): fc.Arbitrary<ProtocolConfig> =>
  fc
    .record({
      ids: idsOf(most),
      seed: fc.nat(),
      onNewAnswer: fc.constantFrom('inject', 'restart', 'wait'),
      maxNewAnswersPerAgent: fc.integer({ min: 1, max: 4 }),
      maxNewAnswersGlobal: fc.option(fc.integer({ min: 1, max: 8 })),
      finalAnswerStrategy: fc.constantFrom('winner_present', 'winner_reuse', 'synthesize'),
      finalTurnRequired: fc.boolean(),
    })
    .map(({ ids, seed, maxNewAnswersGlobal, ...rest }) => {
      const aliases = dealAliases(ids, seed);
      return {
        ...rest,
        agents: ids.map((id) => ({ id, alias: aliases.get(id) ?? '' })),
        ...(maxNewAnswersGlobal === null ? {} : { maxNewAnswersGlobal }),
      };
    });

const scriptOf = (agents: number, length: number, crashes: number): fc.Arbitrary<Script> =>
  fc.record({
    config: configOf(agents),
    tape: fc.array(fc.nat(9_999), { maxLength: length, size: 'max' }),
    manner: fc.constantFrom(...manners),
    crashes: fc.constant(crashes),
  });

/** The events of the journal with the text of every answer, in order. */
function answersIn(journal: readonly Written[]): readonly string[] {
  return journal.flatMap((event) =>
    event.type === 'answer.submitted' ? [`${event.label} ${event.text}`] : [],
  );
}

describe('any run', () => {
  it(
    'keeps every rule at every step and comes to its end',
    async () => {
      await holds(scriptOf(6, 300, 0), 2_000, (script) => {
        const run = new RandomRun(script).play();
        const outcome = run.state.outcome;
        expect(outcome === 'answered').toBe(run.state.answers.length > 0);
      });
    },
    patienceMs,
  );

  it(
    'keeps every rule over crashes in the middle of steps, and over resumes after its end',
    async () => {
      await holds(scriptOf(6, 400, 4), 2_000, (script) => {
        const run = new RandomRun(script).play();
        expect(run.state.phase).toBe('finished');
      });
    },
    patienceMs,
  );

  it(
    'has a winner that is a function of the journal alone',
    async () => {
      await holds(scriptOf(6, 200, 2), 500, (script) => {
        const { journal, config } = new RandomRun(script).play();
        for (const [index, event] of journal.entries()) {
          if (event.type !== 'winner.selected') continue;
          const before = foldEvents(config, journal.slice(0, index));
          const winner = selectWinner(before);
          expect(before.answers[winner?.answer ?? -1]?.label).toBe(event.answer);
          expect(winner?.rule).toBe(event.rule);
          expect(before.agents[winner?.author ?? -1]?.id).toBe(event.agent);
        }
      });
    },
    patienceMs,
  );

  it(
    'that crashed at any entry of its journal is resumed to an outcome, with all answers it had',
    async () => {
      await holds(scriptOf(4, 60, 1), 150, (script) => {
        const { journal } = new RandomRun(script).play();
        for (let kept = 1; kept <= journal.length; kept += 1) {
          const cut = journal.slice(0, kept);
          const resumed = new RandomRun({ ...script, tape: [], crashes: 0 }, cut).play();
          const before = answersIn(cut);
          expect(answersIn(resumed.journal).slice(0, before.length)).toEqual(before);
          expect(
            resumed.state.answers.slice(0, before.length).map((answer) => `${answer.label} ${answer.text}`),
          ).toEqual(before);
          expect(resumed.state.outcome).toBeDefined();
          if (before.length > 0) expect(resumed.state.outcome).toBe('answered');
        }
      });
    },
    patienceMs,
  );

  it(
    'that nobody disturbs is answered, and each living agent has a vote that counts',
    async () => {
      await holds(configOf(6), 500, (config) => {
        const run = new RandomRun({ config, tape: [], manner: 'vote', crashes: 0 }).play();
        expect(run.state.outcome).toBe('answered');
        const chosen = run.journal.find((event) => event.type === 'winner.selected');
        expect(chosen?.votes).toHaveLength(config.agents.length === 1 ? 0 : config.agents.length);
      });
    },
    patienceMs,
  );
});
