/** `massgen config explain`: what a key means, its type, default and values. */
import { explainKey, type KeyExplanation } from '../config/keys/explain-key.ts';
import { configErrors } from '../errors/config-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';

export function configExplainCommand(key: string): Promise<number> {
  const result = explainKey(key);
  if (result.type === 'unknown') {
    throw new MassGenError(configErrors.unknownKey, {
      detail: key,
      ...(result.didYouMean === undefined ? {} : { hint: `Did you mean ${result.didYouMean}?` }),
    });
  }
  process.stdout.write(result.explanations.map(render).join('\n'));
  return Promise.resolve(0);
}

function render(explained: KeyExplanation): string {
  const { path, type, description, keys } = explained;
  const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const lines = [
    path === '' ? 'the whole config' : path,
    `  ${description ?? ''}`,
    `  type     ${type}${explained.required ? ', required' : ''}`,
    ...(explained.default === undefined ? [] : [`  default  ${show(explained.default)}`]),
    ...(explained.allowed === undefined ? [] : [`  values   ${explained.allowed.join(', ')}`]),
    ...(explained.backends === undefined ? [] : [`  of       ${explained.backends.join(', ')}`]),
    ...(explained.example === undefined ? [] : [`  example  ${show(explained.example)}`]),
    ...keys.map(
      (inner) => `  .${inner.path.slice(path.length).replace(/^\./u, '')}  ${inner.description ?? ''}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
