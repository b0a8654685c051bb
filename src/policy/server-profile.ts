/**
 * Recognises a well-known server from how it is launched, never from the names of its tools: a name proves nothing
 * about a stranger. What comes between the program and the package could load anything else, so only harmless
 * options may stand there.
 */
import { basename } from 'node:path';
import { knownServers, type ServerProfile } from './known-servers.ts';

/** How a server is started by us. */
export interface ServerLaunch {
  readonly command: string;
  readonly args: readonly string[];
}

/** What is known of the server that this starts; undefined for a stranger and for a server that we do not start. */
export function serverProfile(launch: ServerLaunch | undefined): ServerProfile | undefined {
  return launch === undefined ? undefined : recognise(launch)?.profile;
}

/** The arguments that reach a well-known server; undefined for a stranger. */
export function serverArguments(launch: ServerLaunch): readonly string[] | undefined {
  return recognise(launch)?.rest;
}

/** Of npx, before the package. */
const harmlessOptions: ReadonlySet<string> = new Set([
  '-y',
  '--yes',
  '-q',
  '--quiet',
  '--offline',
  '--prefer-offline',
]);

interface Recognised {
  readonly profile: ServerProfile;
  readonly rest: readonly string[];
}

function recognise({ command, args }: ServerLaunch): Recognised | undefined {
  const program = basename(command).replace(/\.(?:exe|cmd)$/u, '');
  const [first = '', ...rest] = args;
  switch (program) {
    case 'node':
    case 'nodejs':
    case 'bun':
      return found(
        knownServers.find((profile) => isEntry(first, profile)),
        rest,
      );
    case 'npx':
    case 'bunx': {
      const at = args.findIndex((word) => !harmlessOptions.has(word));
      return found(ofPackage(args[at]), args.slice(at + 1));
    }
    case 'pnpm':
    case 'yarn':
      return first === 'dlx' ? found(ofPackage(rest[0]), rest.slice(1)) : undefined;
    default:
      return found(
        knownServers.find(({ command: name }) => name === program),
        args,
      );
  }
}

function found(profile: ServerProfile | undefined, rest: readonly string[]): Recognised | undefined {
  return profile === undefined ? undefined : { profile, rest };
}

/** `package` or `package@version`; a version with a colon names another package (`npm:`, `file:`). */
function ofPackage(word = ''): ServerProfile | undefined {
  const name = /^(?<name>(?:@[^@/\\\s]+\/)?[^@/\\\s]+)(?:@[^\\/\s:]*)?$/u.exec(word)?.groups?.['name'];
  return knownServers.find(({ id }) => id === name);
}

/** The package's own file, where it is installed. */
function isEntry(file: string, { id, entry }: ServerProfile): boolean {
  return `/${file.replaceAll('\\', '/')}`.endsWith(`/node_modules/${id}/${entry}`);
}
