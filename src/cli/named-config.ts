/**
 * The file that somebody means by the name of a config: a path, or one of the examples that come with the program, as
 * `@examples/NAME`.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cliErrors } from '../errors/cli-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';

const prefix = '@examples/';
const ending = '.yaml';
const examples = new URL('../../examples/', import.meta.url);

/** A path stays as it is. @throws MassGenError naming the examples there are. */
export function namedConfig(name: string): string {
  if (!name.startsWith(prefix)) return name;
  const wanted = name.slice(prefix.length).replace(/\.yaml$/u, '');
  const known = readdirSync(examples)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));
  if (known.includes(wanted)) return fileURLToPath(new URL(`${wanted}${ending}`, examples));
  throw new MassGenError(cliErrors.unknownExample, {
    detail: wanted,
    hint: `There are: ${known.map((each) => `${prefix}${each}`).join(', ')}`,
  });
}
