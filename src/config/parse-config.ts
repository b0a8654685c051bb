/** Configs from text and from values. Never throws for bad content: it is told in the diagnostics. */
import { createHash } from 'node:crypto';
import { checkSource, type CheckOptions } from './check/check-source.ts';
import { keyTree } from './keys/key-node.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { locateProblems, type LocatedText } from './locate-problems.ts';
import { parseJson } from './source/json-source.ts';
import { sourceFromValue } from './source/value-source.ts';
import { parseYaml } from './source/yaml-source.ts';

export interface ParseOptions extends CheckOptions {
  /** What diagnostics call the text, such as its file. */
  readonly name?: string;
  readonly format: 'yaml' | 'json';
}

/** A config from its text. A byte order mark at the start is allowed. */
export function parseConfig(text: string, options: ParseOptions): LoadedConfig {
  const own = text.startsWith('\ufeff') ? text.slice(1) : text;
  const source = options.format === 'json' ? parseJson(own) : parseYaml(own);
  const digest = createHash('sha256').update(text).digest('hex');
  const located = { text: own, source, ...(options.name === undefined ? {} : { file: options.name }) };
  return { ...check(located, options), digest };
}

/** A config built in code, of the shape it would have in a file. */
export function configFromValue(value: unknown, options: CheckOptions = {}): LoadedConfig {
  return check({ source: sourceFromValue(value) }, options);
}

function check(located: LocatedText, options: CheckOptions): LoadedConfig {
  const keys = keyTree();
  const { config, problems } = checkSource(located.source, keys, options);
  const diagnostics = locateProblems(problems, located, keys);
  return config === undefined ? { diagnostics } : { config, diagnostics };
}
