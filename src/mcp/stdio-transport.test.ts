/** What a child prints and how fast it is read; real servers are in the tests of connections and hubs. */
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Child, ChildExit } from '../process/child.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { StdioTransport } from './stdio-transport.ts';

interface Rig {
  readonly transport: StdioTransport;
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly signals: NodeJS.Signals[];
  readonly noise: string[];
  readonly messages: unknown[];
}

async function rig(): Promise<Rig> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const { promise, resolve } = Promise.withResolvers<ChildExit>();
  const signals: NodeJS.Signals[] = [];
  const exit = (): void => {
    stdout.destroy();
    stderr.destroy();
    resolve({ code: 0, signal: null });
  };
  const child: Child = {
    pid: 1,
    stdin,
    stdout,
    stderr,
    exited: promise,
    signal(name) {
      signals.push(name);
      exit();
      return true;
    },
  };
  stdin.once('finish', exit);
  const noise: string[] = [];
  const messages: unknown[] = [];
  const transport = new StdioTransport({
    launch: { command: '', args: [], env: {}, cwd: '/' },
    spawn: () => Promise.resolve(child),
    clock: createSimulatedClock(),
    onNoise: (line) => noise.push(line),
  });
  transport.onmessage = (message) => messages.push(message);
  await transport.start();
  onTestFinished(() => transport.close());
  return { transport, stdin, stdout, signals, noise, messages };
}

const message = '{"jsonrpc":"2.0","method":"a"}\n';

test('after a piece of many lines others get their turn; after few long ones it is read on', async () => {
  const { stdout, messages } = await rig();
  stdout.write(message.repeat(50));
  expect([messages.length, stdout.isPaused()]).toEqual([50, false]);
  const inPiece = Math.floor((16 * 1024) / message.length);
  stdout.write(message.repeat(inPiece * 2));
  expect([messages.length, stdout.isPaused()]).toEqual([50 + inPiece, true]);
  stdout.write(message);
  await setImmediate();
  expect([messages.length, stdout.isPaused()]).toEqual([50 + inPiece * 2, true]);
  await setImmediate();
  await setImmediate();
  expect([messages.length, stdout.isPaused()]).toEqual([50 + inPiece * 2 + 1, false]);
});

test('of junk the first lines of a piece are shown, the others counted', async () => {
  const { stdout, noise } = await rig();
  stdout.write(`${'x'.repeat(300)}\n${'junk\n'.repeat(49)}\n\n${message}`);
  expect(noise).toHaveLength(21);
  expect([noise[0], noise[19], noise[20]]).toEqual([
    'x'.repeat(200),
    'junk',
    '30 more lines that are no messages',
  ]);
});

test('a line without end is ended with its server, a message in between sets it right', async () => {
  const { transport, stdout, signals, messages } = await rig();
  const piece = Buffer.alloc(16 * 1024 * 1024, 'x');
  const print = async (pieces: number): Promise<void> => {
    for (let count = 0; count < pieces; count += 1) {
      stdout.write(piece);
      await setImmediate();
    }
  };
  await print(63);
  stdout.write(`\n${message}`);
  await print(63);
  expect([signals, messages.length]).toEqual([[], 1]);
  await print(2);
  expect(signals).toEqual(['SIGKILL']);
  expect(transport.flooded).toBe('it printed 1025 MB without one message');
});

test('what a server does not read is kept up to a limit and then refused', async () => {
  const { transport, stdin } = await rig();
  stdin.pause();
  const large = { jsonrpc: '2.0' as const, method: 'a', params: { text: 'x'.repeat(12 * 1024 * 1024) } };
  const sent = [1, 2, 3].map(() => transport.send(large));
  await expect(transport.send(large)).rejects.toMatchObject({
    code: 'EPIPE',
    message: 'the server does not read what it is sent',
  });
  stdin.resume();
  await Promise.all(sent);
  await transport.send(large);
});
