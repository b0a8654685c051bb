/** Registers the secrets a config hands to servers and providers, so that they are replaced wherever they turn up. */
import { looksSecret, namesSecret, secretPlaces } from '../config/secrets.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { substituteVariables, type Environment } from '../config/variables.ts';
import { createSecretRegistry, type SecretRegistry } from '../credentials/secret-registry.ts';

export function knownSecrets(config: MassGenConfig, environment: Environment): SecretRegistry {
  const registry = createSecretRegistry();
  const { value } = substituteVariables(config, environment);
  for (const { path, text, holder } of secretPlaces(value)) {
    const name = String(path.at(-1) ?? 'value');
    const certain = holder === 'api_key' || holder === 'headers';
    if (certain || namesSecret(name) || looksSecret(text)) registry.add(name, text);
  }
  return registry;
}
