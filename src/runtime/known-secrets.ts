/** Registers the secrets a config hands to servers and providers, so that they are replaced wherever they turn up. */
import { looksSecret, namesSecret, secretPlaces, type SecretPlace } from '../config/secrets.ts';
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import { substituteVariables, type Environment } from '../config/variables.ts';
import { createSecretRegistry, type SecretRegistry } from '../credentials/secret-registry.ts';

export function knownSecrets(config: MassGenConfig, environment: Environment): SecretRegistry {
  const registry = createSecretRegistry();
  const { value } = substituteVariables(config, environment);
  for (const place of secretPlaces(value)) {
    const name = place.holder === 'args' ? 'argument' : String(place.path.at(-1) ?? 'value');
    if (!isSecret(place, name)) continue;
    for (const text of [place.text, ...secretParts(place.text)]) registry.add(name, text);
  }
  return registry;
}

/** Headers that every request may have; their words are everybody's. */
const ordinaryHeader = /^(?:accept(?:-.*)?|content-type|user-agent|mcp-protocol-version)$/i;

function isSecret({ holder, text }: SecretPlace, name: string): boolean {
  if (namesSecret(name) || looksSecret(text)) return true;
  return holder !== 'env' && !(holder === 'headers' && ordinaryHeader.test(name));
}

/** What turns up without its surroundings: a token without its scheme, the value of a flag, a password of an address. */
function secretParts(text: string): readonly string[] {
  const forms = [/^(?:bearer|basic|token)\s+(.+)$/i, /^--?[\w-]+=(.+)$/, /:\/\/[^\s/@:]*:([^\s/@]+)@/];
  return forms.flatMap((form) => form.exec(text)?.[1] ?? []);
}
