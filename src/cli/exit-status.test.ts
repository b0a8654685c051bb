import { describe, expect, test } from 'vitest';
import { agentErrors } from '../errors/agent-errors.ts';
import { runErrors } from '../errors/run-errors.ts';
import { exitStatus } from './exit-status.ts';

const { keyRefused, keyMissing, providerUnreachable, providerOverloaded, scriptFailed } = agentErrors;
const { stopped, limitWithoutAnswer, allAgentsFailed } = runErrors;
const ended = (
  outcome: 'no_answer' | 'all_failed' | 'stopped',
  { code, title }: { code: string; title: string },
) => ({ outcome, error: { code, message: title } }) as const;

describe('the exit status of a run', () => {
  test('is 0 when it was answered, whatever happened on the way', () => {
    expect(exitStatus({ outcome: 'answered' }, [keyRefused, scriptFailed])).toBe(0);
  });

  test('says how it was ended without an answer', () => {
    expect(exitStatus(ended('stopped', stopped), [])).toBe(130);
    expect(exitStatus(ended('no_answer', limitWithoutAnswer), [])).toBe(7);
    expect(exitStatus({ outcome: 'no_answer' }, [])).toBe(6);
  });

  test('is 5 when all agents failed', () => {
    const failed = ended('all_failed', allAgentsFailed);
    expect(exitStatus(failed, [])).toBe(5);
    expect(exitStatus(failed, [scriptFailed, scriptFailed])).toBe(5);
    expect(exitStatus(failed, [keyRefused, providerUnreachable])).toBe(5);
  });

  test('names the cause when all failed by one: keys, or nothing to be reached', () => {
    const failed = ended('all_failed', allAgentsFailed);
    expect(exitStatus(failed, [keyRefused, keyMissing])).toBe(3);
    expect(exitStatus(failed, [providerUnreachable, providerOverloaded])).toBe(4);
  });
});
