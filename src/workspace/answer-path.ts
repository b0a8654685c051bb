/** Paths as agents write them, as places in the files of an answer: by its label, or by where its view is. Pure. */
import { isAbsolute, posix } from 'node:path';
import { pathBelow } from './workspace-path.ts';

export interface AnswerPath {
  /** Such as `agent2.1`; whether there is such an answer is another matter. */
  readonly label: string;
  /** Relative to the files of the answer, `''` for all of them. */
  readonly path: string;
}

/** `views` is the directory that holds a directory for each answer. Undefined for a path that is in none. */
export function answerPath(given: string, views: string): AnswerPath | undefined {
  if (given === '' || given.includes('\0')) return undefined;
  const below = pathBelow(posix.normalize(isAbsolute(given) ? given : `${views}/${given}`), views);
  if (below === undefined || below === '') return undefined;
  const [label = '', ...rest] = below.split('/');
  return { label, path: rest.join('/') };
}
