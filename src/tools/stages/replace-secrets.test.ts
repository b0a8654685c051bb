import { expect, test } from 'vitest';
import { createSecretRegistry } from '../../credentials/secret-registry.ts';
import type { ToolContent } from '../../events/tool-content.ts';
import { createPipelineRig, fakeTool } from '../pipeline-rig.test-support.ts';
import type { PipelineResult } from '../pipeline-result.ts';

const secret = 'canary-4f9a/1b+c=';

async function resultOf(
  result: PipelineResult,
): Promise<{ readonly result: PipelineResult; readonly seen: string }> {
  const registry = createSecretRegistry();
  registry.add('TOKEN', secret);
  const rig = createPipelineRig([fakeTool('act', { invoke: () => Promise.resolve(result) })], {
    replaceSecrets: (text) => registry.replace(text),
  });
  const given = await rig.call('act');
  return { result: given, seen: JSON.stringify([given, rig.journal.events, [...rig.spilled]]) };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test.each<[string, ToolContent]>([
  ['a text', { type: 'text', text: `token=${secret}` }],
  ['a text, encoded', { type: 'text', text: `?token=${encodeURIComponent(secret)}` }],
  ['a text, in base64', { type: 'text', text: base64(`user:${secret}`) }],
  ['a long text', { type: 'text', text: `${'x'.repeat(150_000)}${secret}${'x'.repeat(150_000)}` }],
  ['the text of a resource', { type: 'resource', uri: 'file:///a', text: secret }],
  [
    'the address of a resource',
    { type: 'resource', uri: `https://host/?token=${encodeURIComponent(secret)}` },
  ],
  ['a resource', { type: 'resource', uri: 'file:///a', data: base64(`key: ${secret}\n`) }],
  ['an image', { type: 'image', data: base64(`EXIF ${secret}`), mimeType: 'image/png' }],
  ['a kind of file', { type: 'audio', data: 'aGk=', mimeType: secret }],
])('a secret in %s reaches neither the model, nor the journal, nor the disk', async (_, content) => {
  const { seen } = await resultOf({ outcome: 'ok', content: [content] });
  expect(seen).toMatch(/\[secret TOKEN\]|holds a secret/u);
  for (const form of [secret, encodeURIComponent(secret), base64(secret).slice(0, -4)])
    expect(seen).not.toContain(form);
});

test('a secret in an error is replaced', async () => {
  const error = { code: 'MG1409', message: `401 for ${secret}` };
  const { result, seen } = await resultOf({ outcome: 'unknown', content: [], error });
  expect(result.error?.message).toBe('401 for [secret TOKEN]');
  expect(seen).not.toContain(secret);
});

test('what holds no secret is untouched', async () => {
  const content: readonly ToolContent[] = [
    { type: 'text', text: 'canary' },
    { type: 'image', data: base64('pixels'), mimeType: 'image/png' },
    { type: 'resource', uri: 'file:///a' },
  ];
  expect((await resultOf({ outcome: 'ok', content })).result.content).toEqual(content);
});
