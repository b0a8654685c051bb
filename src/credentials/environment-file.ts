/**
 * The variables of a `.env` file beside those of the process. A variable that is already set stays as it is,
 * also when it is empty: what a user exports for one command counts more than a file that lies around.
 */
import { parseEnv } from 'node:util';

/** Understands `export`, quotes and comments; lines that assign nothing are skipped. */
export function withEnvironmentFile(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return { ...parseEnv(text.replace(/^\ufeff/u, '')), ...environment };
}
