/** Name and version of the program, as servers, journals and people are told. */
import { readFileSync } from 'node:fs';

export interface Program {
  readonly name: string;
  readonly version: string;
}

export function readProgram(): Program {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { name, version } = JSON.parse(text) as Program;
  return { name, version };
}
