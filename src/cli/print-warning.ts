/** A warning that ends nothing, on stderr. */
import { visibleText } from '../display/visible-text.ts';

export function printWarning({
  code,
  message,
  hint,
}: {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}): void {
  process.stderr.write(visibleText(`warning ${code}: ${message}\n  ${hint}\n`));
}
