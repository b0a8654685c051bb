import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLineSource } from './line-source.ts';

const { signal } = new AbortController();

test('gives lines in order, also those typed before anybody asked, and then the end', async () => {
  const input = new PassThrough();
  const lines = createLineSource(input);
  input.write('one\ntwo\n');
  expect(await lines.next()).toBe('one');
  expect(await lines.next()).toBe('two');
  const third = lines.next();
  input.end('three');
  expect(await third).toBe('three');
  expect(await lines.next()).toBeUndefined();
});

test('a question gets a line typed after it, not one typed ahead, which stays for the others', async () => {
  const input = new PassThrough();
  const lines = createLineSource(input);
  input.write('typed ahead\n');
  await setImmediate();
  const answer = lines.fresh(signal);
  input.write('the answer\nafterwards\n');
  expect(await answer).toBe('the answer');
  expect(await lines.next()).toBe('typed ahead');
  expect(await lines.next()).toBe('afterwards');
});

test('a question is served before whoever waits for the next line', async () => {
  const input = new PassThrough();
  const lines = createLineSource(input);
  const next = lines.next();
  const answer = lines.fresh(signal);
  input.write('first\nsecond\n');
  expect([await answer, await next]).toEqual(['first', 'second']);
});

test('a question that is given up, or comes after the end, has no answer', async () => {
  const input = new PassThrough();
  const lines = createLineSource(input);
  const controller = new AbortController();
  const answer = lines.fresh(controller.signal);
  controller.abort();
  expect(await answer).toBeUndefined();
  const waiting = lines.fresh(signal);
  input.end();
  expect(await waiting).toBeUndefined();
  expect(await lines.fresh(signal)).toBeUndefined();
});
