/**
 * Looks through the tokens of a YAML text before a tree is built from it, so that a text made to exhaust memory is
 * refused at little cost.
 */
import { Lexer } from 'yaml';
import type { ConfigProblem } from '../config-problem.ts';
import { maxDepth } from './source-node.ts';

const maxTokens = 400_000;

export function yamlLimitProblem(text: string): ConfigProblem | undefined {
  let offset = 0;
  let tokens = 0;
  let flowDepth = 0;
  let compact = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === '[' || token === '{') flowDepth += 1;
    else if (token === ']' || token === '}') flowDepth -= 1;
    if (token === '-' || token === '?') compact += 1;
    else if (token.trim() !== '' || token.includes('\n')) compact = 0;
    if (flowDepth > maxDepth || compact > maxDepth) {
      return { severity: 'error', definition: 'tooDeep', message: 'is nested too deep', offset };
    }
    if (tokens > maxTokens) {
      return { severity: 'error', definition: 'fileTooLarge', message: 'has too many parts', offset };
    }
    if (token !== '\u0002' && token !== '\u0018' && token !== '\u001f') offset += token.length;
  }
  return undefined;
}
