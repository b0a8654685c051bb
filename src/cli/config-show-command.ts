/** `massgen config show`: the config as the program uses it, secrets masked. */
import { loadConfig } from '../config/load-config.ts';
import { maskConfig } from '../config/mask-config.ts';
import { renderDiagnostics } from '../config/render-diagnostics.ts';
import { namedConfig } from './named-config.ts';

export async function configShowCommand(file: string): Promise<number> {
  const { config, diagnostics } = await loadConfig(namedConfig(file));
  if (diagnostics.length > 0) process.stderr.write(`${renderDiagnostics(diagnostics)}\n`);
  if (config === undefined) return 2;
  const { stringify } = await import('yaml');
  process.stdout.write(stringify(maskConfig(config)));
  return 0;
}
