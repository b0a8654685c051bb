/** What parsing a text gives: the tree, unless the text has errors that leave none, and what was found. */
import type { ConfigProblem } from '../config-problem.ts';
import type { SourceNode } from './source-node.ts';

export interface SourceResult {
  /** Absent where the text is empty or cannot be read as a tree. */
  readonly root?: SourceNode;
  readonly problems: readonly ConfigProblem[];
  /** Values of the text that are not in the tree, such as that of a key that occurs a second time. */
  readonly dropped?: readonly Pick<SourceNode, 'start' | 'end'>[];
}
