/**
 * How good the guess is, profiles and config left out: precision and recall of "changes workspace, repository or shell"
 * over the labelled set. At first sight, before the rules had seen them, the held-out servers gave 0.63 and 0.96 (25 of
 * 26 found, 15 of 98 others taken for changing); a miss is what matters, and a false alarm costs a look at the
 * workspace.
 */
import { expect, test } from 'vitest';
import { mayChangeFiles } from '../../src/events/effect.ts';
import { serverProfile } from '../../src/policy/server-profile.ts';
import { toolClassifier } from '../../src/policy/tool-effects.ts';
import { readToolSet, type LabelledServer } from '../fixtures/tool-set.ts';

const servers = readToolSet();

interface Judged {
  readonly name: string;
  readonly changes: boolean;
  readonly guessed: boolean;
  readonly exact: boolean;
  readonly why: string;
}

function judge({ server, tools }: LabelledServer): readonly Judged[] {
  const effectsOf = toolClassifier({ toolNames: tools.map(({ name }) => name) });
  return tools.map((tool) => {
    const { effects, why } = effectsOf(tool);
    return {
      name: `${server}: ${tool.name}`,
      changes: tool.label.changes,
      guessed: mayChangeFiles(effects),
      exact: new Set(effects).symmetricDifference(new Set(tool.label.effects)).size === 0,
      why: `${effects.join(', ')} (${why})`,
    };
  });
}

function figures(judged: readonly Judged[]) {
  const found = judged.filter(({ changes, guessed }) => changes && guessed).length;
  const guessed = judged.filter((each) => each.guessed).length;
  const changing = judged.filter(({ changes }) => changes).length;
  return {
    tools: judged.length,
    changing,
    guessed,
    precision: found / guessed,
    recall: found / changing,
    exact: judged.filter(({ exact }) => exact).length / judged.length,
  };
}

function inWords(title: string, judged: readonly Judged[]): string {
  const { tools, changing, precision, recall, exact } = figures(judged);
  const rounded = [precision, recall, exact].map((figure) => figure.toFixed(3));
  return `${title}: ${tools} tools, ${changing} change; precision ${rounded[0]}, recall ${rounded[1]}, all effects right ${rounded[2]}`;
}

const judged = servers.flatMap(judge);

test('the set is large enough to say something', () => {
  expect(judged.length).toBeGreaterThanOrEqual(250);
  expect(servers.length).toBeGreaterThanOrEqual(15);
  expect(judged.filter(({ changes }) => changes).length).toBeGreaterThanOrEqual(60);
  expect(servers.filter(({ heldOut }) => heldOut).length).toBeGreaterThanOrEqual(4);
});

test('labels agree with themselves', () => {
  for (const { server, tools } of servers) {
    for (const { name, label } of tools) {
      expect({ server, name, changes: mayChangeFiles(label.effects) }).toMatchObject({
        changes: label.changes,
      });
    }
  }
});

test('no tool that changes something is missed, and few are suspected wrongly', () => {
  const heldOut = servers.filter((server) => server.heldOut).flatMap(judge);
  const known = servers.filter((server) => !server.heldOut).flatMap(judge);
  console.log(
    [
      `Guessed effects, "changes workspace, repository or shell":`,
      inWords('  all', judged),
      inWords('  the rules were made on', known),
      inWords('  held out at first', heldOut),
    ].join('\n'),
  );
  expect(judged.filter(({ changes, guessed }) => changes && !guessed)).toEqual([]);
  const { precision, recall } = figures(judged);
  expect(recall).toBe(1);
  const wrong = judged.filter(({ changes, guessed }) => guessed && !changes);
  expect(precision, wrong.map(({ name, why }) => `${name} → ${why}`).join('\n')).toBeGreaterThanOrEqual(0.97);
});

test('a stranger that says of itself that it only reads is not believed against its schema and its name', () => {
  for (const { tools } of servers) {
    const toolNames = tools.map(({ name }) => name);
    const effectsOf = toolClassifier({ toolNames });
    for (const tool of tools) {
      if (!tool.label.changes) continue;
      const claims = { ...tool, annotations: { readOnlyHint: true, destructiveHint: false } };
      expect(mayChangeFiles(effectsOf(claims).effects), tool.name).toBe(true);
    }
  }
});

test.each(
  servers.flatMap((server) => {
    const launch = { command: 'npx', args: ['-y', server.package] };
    const profile = serverProfile(launch);
    return profile === undefined || Object.keys(profile.tools).length === 0
      ? []
      : [[server.package, { server, launch, profile }] as const];
  }),
)('the profile of %s says what its tools really do', (_, { server, launch, profile }) => {
  const effectsOf = toolClassifier({ launch, toolNames: server.tools.map(({ name }) => name) });
  const known = server.tools.filter(({ name }) => Object.hasOwn(profile.tools, name));
  for (const tool of known) {
    const { effects, source } = effectsOf(tool);
    expect([tool.name, source, effects.toSorted()]).toEqual([
      tool.name,
      'profile',
      tool.label.effects.toSorted(),
    ]);
  }
  expect(
    Object.keys(profile.tools).filter((name) => !server.tools.some((tool) => tool.name === name)),
  ).toEqual([]);
});

test('at least ten servers are known', () => {
  const known = servers.filter(
    (server) => serverProfile({ command: 'npx', args: [server.package] }) !== undefined,
  );
  expect(known.length).toBeGreaterThanOrEqual(10);
});
