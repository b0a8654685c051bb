/** `massgen config check`: says everything that is wrong with the files; status 2 when one cannot be used. */
import { loadConfig } from '../config/load-config.ts';
import { renderDiagnostics } from '../config/render-diagnostics.ts';
import { plural } from '../display/describe-event.ts';
import { namedConfig } from './named-config.ts';
import { commandEnvironment } from './open-runtime.ts';

export async function configCheckCommand(
  files: readonly string[],
  flags: { readonly strict?: boolean; readonly env?: boolean },
): Promise<number> {
  let status = 0;
  for (const file of files) {
    const { config, diagnostics } = await loadConfig(namedConfig(file), {
      strict: flags.strict ?? false,
      requireEnvironment: flags.env ?? false,
      environment: commandEnvironment(process.cwd()),
    });
    if (diagnostics.length > 0) process.stderr.write(`${renderDiagnostics(diagnostics)}\n`);
    const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
    const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
    const usable = config !== undefined && errors === 0;
    if (!usable) status = 2;
    process.stdout.write(
      `${file}: ${usable ? 'ok' : 'not usable'}, ${plural(errors, 'error')}, ${plural(warnings, 'warning')}\n`,
    );
  }
  return status;
}
