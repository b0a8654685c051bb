import { expect, test } from 'vitest';
import { connectError } from './connect-error.ts';
import { oddServer } from './servers.test-support.ts';

/** How a start fails whose command the sandbox could not start. */
function codeOf(stderr: string): string {
  const spec = oddServer('files');
  const launch = { ...spec.launch, command: 'my-files', cwd: '/' };
  const confined = { ...launch, command: 'bwrap', args: ['--', 'my-files'] };
  const failure = { error: new Error('Connection closed'), stderr, timedOut: false };
  return connectError({ ...spec, launch, confined }, failure).code;
}

test('a command that is missing inside of a sandbox is told like one outside', () => {
  expect(codeOf('bwrap: execvp my-files: No such file or directory')).toBe('MG1401');
  expect(codeOf('noise\nbwrap: execvp my-files: Permission denied')).toBe('MG1402');
});

test('such words of anybody else mean nothing', () => {
  expect(codeOf('bwrap: execvp other: No such file or directory')).toBe('MG1403');
  expect(codeOf('my-files: No such file or directory')).toBe('MG1403');
});
