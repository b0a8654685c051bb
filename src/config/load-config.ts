/**
 * Configs from files: the one place of this room that touches the file system. Reads regular files only, up to
 * 1 MiB; never waits on a pipe or device.
 */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { configErrors } from '../errors/config-errors.ts';
import type { CheckOptions } from './check/check-source.ts';
import type { ConfigProblem } from './config-problem.ts';
import { didYouMean } from './did-you-mean.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { parseConfig } from './parse-config.ts';

const maxBytes = 1_048_576;

/** Reads and checks a config file. Never rejects for what the file is or holds: it is told in the diagnostics. */
export async function loadConfig(path: string, options: CheckOptions = {}): Promise<LoadedConfig> {
  const read = await readConfigText(path);
  if ('definition' in read) {
    const { code, hint } = configErrors[read.definition];
    return {
      path,
      diagnostics: [{ severity: 'error', code, message: read.message, hint: read.hint ?? hint, file: path }],
    };
  }
  return { ...parseConfig(read.text, { ...options, name: path, format: read.format }), path };
}

interface ConfigText {
  readonly text: string;
  readonly format: 'yaml' | 'json';
}

async function readConfigText(path: string): Promise<ConfigText | ConfigProblem> {
  let bytes: Buffer;
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile())
      return problem('notAFile', `this is ${stat.isDirectory() ? 'a folder' : 'a pipe or device'}`);
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    while (length <= maxBytes) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > maxBytes) return problem('fileTooLarge', `larger than ${maxBytes} bytes`);
    bytes = buffer.subarray(0, length);
  } catch (error) {
    return fileProblem(path, error as NodeJS.ErrnoException);
  }
  const format = formatOf(path);
  if (format === undefined)
    return problem(
      'unsupportedFormat',
      extname(path) === '' ? 'it has no suffix' : `the suffix is ${extname(path)}`,
    );
  const text = decode(bytes);
  return typeof text === 'string' ? { text, format } : text;
}

function problem(definition: ConfigProblem['definition'], message: string): ConfigProblem {
  return { severity: 'error', definition, message };
}

function formatOf(path: string): ConfigText['format'] | undefined {
  const suffix = extname(path).toLowerCase();
  if (suffix === '.json') return 'json';
  return suffix === '.yaml' || suffix === '.yml' ? 'yaml' : undefined;
}

function decode(bytes: Uint8Array): string | ConfigProblem {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) return problem('notText', 'this is UTF-16');
  if (bytes.includes(0)) return problem('notText', 'this is a binary file');
  if (isUtf8(bytes)) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const next = bytes.indexOf(0x0a, start);
    const end = next < 0 ? bytes.length : next;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  return problem('notText', `line ${line} is not UTF-8`);
}

async function fileProblem(path: string, error: NodeJS.ErrnoException): Promise<ConfigProblem> {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ERR_INVALID_ARG_VALUE': {
      const near = await nearName(path);
      const missing = problem('fileNotFound', `there is no file ${JSON.stringify(path)}`);
      return near === undefined ? missing : { ...missing, hint: `Did you mean ${near}?` };
    }
    case 'EISDIR':
      return problem('notAFile', 'this is a folder');
    case 'ENXIO':
      return problem('notAFile', 'this is a socket, pipe or device');
    case 'EACCES':
    case 'EPERM':
      return problem('fileUnreadable', 'permission denied');
    default:
      return problem('fileUnreadable', error.code ?? error.name);
  }
}

/** A config of a similar name in the same folder. */
async function nearName(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  try {
    const names = (await readdir(folder)).filter((name) => formatOf(name) !== undefined);
    const near = didYouMean(basename(path), names);
    return near === undefined ? undefined : join(folder, near);
  } catch {
    // Without its folder there is nothing to suggest; that the file is missing is reported either way.
    return undefined;
  }
}
