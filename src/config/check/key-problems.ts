/** Keys that are accepted but do not do what their writer may think. Some are taken out of the value. */
import type { ConfigPath } from '../config-path.ts';
import type { ConfigProblem } from '../config-problem.ts';
import { didYouMean } from '../did-you-mean.ts';
import { keyNodeAt, type KeyNode } from '../keys/key-node.ts';
import { backendTypeOf } from '../schema/backend-config.ts';
import { runnableBackends } from '../schema/backend-types.ts';
import { someProblems } from './schema-pass.ts';
import { isMap, valueAt } from './value-at.ts';
import { writtenAgents } from './written-agents.ts';

/** Takes out `agents` beside `agent`, and keys without effect. Changes `root`. */
export function removeIgnored(root: Record<string, unknown>, keys: KeyNode): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (isMap(root['agent']) && root['agents'] !== undefined) {
    delete root['agents'];
    const message = '`agent` is stronger than `agents`: these agents are ignored';
    problems.push({ severity: 'warning', definition: 'ignoredKey', message, path: ['agents'], onKey: true });
  }
  const visit = (value: unknown, path: ConfigPath): void => {
    if (Array.isArray(value)) value.forEach((item, index) => visit(item, [...path, index]));
    if (!isMap(value)) return;
    for (const [key, item] of Object.entries(value)) {
      const here = [...path, key];
      if (keyNodeAt(keys, here)?.ignored === true) {
        delete value[key];
        problems.push(ignored(here, keys));
      } else {
        visit(item, here);
      }
    }
  };
  visit(root, []);
  return problems;
}

function ignored(path: ConfigPath, keys: KeyNode): ConfigProblem {
  const why = keyNodeAt(keys, path)?.description ?? '';
  const message = `\`${path.at(-1)}\` has no effect`;
  return { severity: 'note', definition: 'ignoredKey', message, hint: why, path, onKey: true };
}

/** Keys of backends that the schema leaves alone: those for the provider, and those of another type. Changes `root`. */
export function backendKeyProblems(root: unknown, keys: KeyNode, strict: boolean): readonly ConfigProblem[] {
  return writtenAgents(root).flatMap(({ value, path }): ConfigProblem[] => {
    const backend = value['backend'];
    const here = [...path, 'backend'];
    const node = keyNodeAt(keys, here);
    if (!isMap(backend) || node === undefined) return [];
    const type = backendTypeOf(backend);
    if (typeof type !== 'string' || node.children.get('type')?.allowed.has(type) !== true) return [];
    const severity = strict ? 'error' : 'warning';
    const found: ConfigProblem[] = [];
    if (!(runnableBackends as readonly string[]).includes(type)) {
      const message = `backends of type ${type} are checked, but this version cannot run them yet`;
      found.push({ severity: 'warning', definition: 'notRunnable', message, path: [...here, 'type'] });
    }
    for (const key of Object.keys(backend)) {
      const known = node.children.get(key);
      if (known === undefined || known.backends.has(type)) continue;
      delete backend[key];
      const message = `\`${key}\` is a key of ${[...known.backends].join(', ')}; a backend of type ${type} ignores it`;
      found.push({ severity, definition: 'unknownKey', message, path: [...here, key], onKey: true });
    }
    if (node.children.get('temperature')?.backends.has(type) !== true) return found;
    const open = [here, [...here, 'text'], [...here, 'reasoning']];
    return [...found, ...open.flatMap((place) => providerKeys(root, place, keys, severity))];
  });
}

function providerKeys(
  root: unknown,
  path: ConfigPath,
  keys: KeyNode,
  severity: ConfigProblem['severity'],
): readonly ConfigProblem[] {
  const value = valueAt(root, path);
  const known = keyNodeAt(keys, path)?.children;
  if (!isMap(value) || known === undefined) return [];
  const unknown = Object.keys(value).filter((key) => !known.has(key));
  const paths = unknown.map((key) => [...path, key]);
  return someProblems(paths, (place) => {
    const key = String(place.at(-1));
    const meant = didYouMean(key, known.keys());
    const message = `unknown key ${JSON.stringify(key)} is handed to the provider unchanged`;
    const hint = meant === undefined ? {} : { hint: `Did you mean \`${meant}\`?` };
    return { severity, definition: 'providerKey', message, path: place, onKey: true, ...hint };
  });
}
