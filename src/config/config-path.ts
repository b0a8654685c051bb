/** Where in a config something is: keys of maps, positions in lists. */
export type ConfigPath = readonly (string | number)[];

/** A path as people write it: `agents[0].backend.model`. Keys with odd characters are quoted. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w$-]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}
