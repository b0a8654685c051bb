import { expect, test } from 'vitest';
import { configFromValue } from '../config/parse-config.ts';
import { createSimulatedClock } from '../testing/simulated-clock.ts';
import { refuseByLookUp } from './refuse-by-look-up.ts';
import { serverSpecs } from './server-specs.ts';

const clock = createSimulatedClock();

async function names(
  security: object | undefined,
  lookUp: (host: string) => Promise<readonly string[]>,
): Promise<{ readonly used: readonly string[]; readonly refused: readonly string[] }> {
  const { config } = configFromValue({
    agents: [
      {
        id: 'a',
        backend: {
          type: 'script',
          turns: [{ steps: [{ text: 'hello' }] }],
          mcp_servers: [
            { name: 'far', url: 'https://mcp.example.com/', ...(security === undefined ? {} : { security }) },
            { name: 'other', command: 'npx', args: ['-y', 'x'], security: { resolve_dns: true } },
          ],
        },
      },
    ],
  });
  const agent = config?.agents[0];
  if (agent === undefined) throw new Error('the config is wrong');
  const places = { views: '/v', context: [], home: '/h', cwd: '/' };
  const planned = serverSpecs({ agent, filesystem: {}, ...places, environment: {} });
  const { specs, failed } = await refuseByLookUp(planned, agent, { lookUp, clock });
  return {
    used: specs.map(({ name }) => name),
    refused: failed.map(({ server, error }) => `${server}: ${error.code} ${error.message} ${error.hint}`),
  };
}

const local = (): Promise<readonly string[]> => Promise.resolve(['8.8.8.8', '127.0.0.1']);
const resolve_dns = true;

test('with `resolve_dns` a server whose name stands for an address of this machine is not used', async () => {
  expect(await names({ resolve_dns }, local)).toEqual({
    used: ['other'],
    refused: [expect.stringMatching(/^far: MG1414 .*stands for 127\.0\.0\.1.*`security\.allow_localhost`/u)],
  });
  expect((await names({ resolve_dns, allow_localhost: true }, local)).refused).toEqual([]);
});

test.each([[undefined], [{}], [{ resolve_dns: false }]])('nobody is asked with %j', async (security) => {
  const never = (): Promise<never> => Promise.reject(new Error('asked'));
  expect(await names(security, never)).toEqual({ used: ['far', 'other'], refused: [] });
});

test('a look-up that does not end is given up, and the server is not used', async () => {
  const asked = names({ resolve_dns }, () => new Promise(() => undefined));
  await clock.until(() => clock.waits().length > 0);
  await clock.advance(10_000);
  expect((await asked).refused).toEqual([expect.stringContaining('could not be looked up (ETIMEOUT)')]);
});
