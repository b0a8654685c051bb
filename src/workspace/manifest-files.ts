/**
 * Manifests as files `<store>/manifests/<id>.json`: the canonical text, or, of a version that differs little from an
 * earlier one, what differs from it. However it is kept, a manifest is read only when its text has the id that it
 * is named by.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '../errors/error-message.ts';
import { workspaceErrors } from '../errors/workspace-errors.ts';
import { MassGenError } from '../errors/massgen-error.ts';
import {
  frameOf,
  joinManifest,
  type Manifest,
  type ManifestEntry,
  type ManifestText,
  parseEntry,
  parseRest,
  splitManifest,
} from './manifest.ts';
import type { ObjectWriter } from './object-writer.ts';
import { type WorkSlice, workUnits } from './work-slice.ts';

/** A manifest that is kept whole, which others may be described by. */
export interface ManifestBase {
  readonly id: string;
  readonly lines: readonly string[];
  /** The place of each line in it; made when it is first asked for. */
  places(): ReadonlyMap<string, number>;
}

export interface ManifestFiles {
  has(id: string): boolean;
  pathOf(id: string): string;
  /**
   * Returns the base for what is written next. `differing` are the places of all lines that differ from the base, in
   * their order, where both have the same number of lines.
   */
  write(
    id: string,
    text: ManifestText,
    writer: Pick<ObjectWriter, 'putText'>,
    base?: ManifestBase,
    differing?: readonly number[],
  ): ManifestBase;
  /** Throws `snapshotDamaged` and errors of the system; the file must be there. */
  read(id: string, slice: WorkSlice): Promise<Manifest>;
  /** The id of the manifest it is described by, if it is; undefined also when there is no such file. */
  baseOf(id: string): string | undefined;
}

/** Lines taken over from the base, from the first place to before the second, or the text of one of its own. */
const partSchema = z.union([z.tuple([z.int().nonnegative(), z.int().nonnegative()]), z.string()]);
const differenceSchema = z.object({
  v: z.literal(1),
  base: z.string().regex(/^[0-9a-f]{64}$/u),
  parts: z.array(partSchema),
  rest: z.string(),
});

const differenceHead = '{"v":1,"base":"';
/** A short text is kept whole, and so is one that a description would hardly shorten. */
const shortText = 4_096;
const shareWorthIt = 0.25;
const linesBetweenRests = 4_096;

export function isSnapshotId(text: string): boolean {
  return /^[0-9a-f]{64}$/u.test(text);
}

export function createManifestFiles(store: string): ManifestFiles {
  const pathOf = (id: string): string => join(store, 'manifests', `${id}.json`);

  return {
    pathOf,
    has: (id) => isSnapshotId(id) && existsSync(pathOf(id)),
    write(id, text, writer, base, differing) {
      if (base !== undefined && text.lines.length > 0) {
        const difference =
          differing === undefined ? describe(text, base) : describeSome(text, base, differing);
        // The lengths of some lines tell that of all well enough.
        const length = (text.lines[0]?.length ?? 0) * text.lines.length;
        if (length > shortText && difference.length < length * shareWorthIt) {
          writer.putText(difference, pathOf(id));
          return base;
        }
      }
      writer.putText(joinManifest(text), pathOf(id));
      return baseFrom(id, text.lines);
    },
    async read(id, slice) {
      const text = await readText(id, slice);
      try {
        const entries: ManifestEntry[] = [];
        for (const line of text.lines) {
          entries.push(parseEntry(line));
          const pause = slice.spend(workUnits.look);
          if (pause !== undefined) await pause;
        }
        return { v: 1, entries, ...parseRest(text.rest) };
      } catch (error) {
        throw damaged(id, errorMessage(error), error);
      }
    },
    baseOf(id) {
      if (!isSnapshotId(id) || !existsSync(pathOf(id))) return undefined;
      const text = readFileSync(pathOf(id), 'utf8');
      return text.startsWith(differenceHead) ? parseDifference(id, text).base : undefined;
    },
  };

  async function readText(id: string, slice: WorkSlice): Promise<ManifestText> {
    const text = readFileSync(pathOf(id), 'utf8');
    const whole = text.startsWith(differenceHead)
      ? rebuild(id, parseDifference(id, text))
      : splitManifest(text);
    if (whole === undefined || (await idOf(whole, slice)) !== id) {
      throw damaged(id, 'the checksum of the manifest is another');
    }
    return whole;
  }

  function parseDifference(id: string, text: string): z.infer<typeof differenceSchema> {
    try {
      return differenceSchema.parse(JSON.parse(text));
    } catch (error) {
      throw damaged(id, errorMessage(error), error);
    }
  }

  /** Whatever is wrong with the base shows in the checksum of the whole. */
  function rebuild(id: string, { base, parts, rest }: z.infer<typeof differenceSchema>): ManifestText {
    let whole: ManifestText | undefined;
    try {
      whole = splitManifest(readFileSync(pathOf(base), 'utf8'));
    } catch (error) {
      throw damaged(
        id,
        `the manifest ${base}, which it builds on, cannot be read: ${errorMessage(error)}`,
        error,
      );
    }
    const source = whole?.lines ?? [];
    const lines: string[] = [];
    for (const part of parts) {
      if (typeof part === 'string') lines.push(part);
      else for (let at = part[0]; at < part[1] && at < source.length; at += 1) lines.push(source[at] ?? '');
    }
    return { lines, rest };
  }

  function damaged(id: string, problem: string, cause?: unknown): MassGenError {
    return new MassGenError(workspaceErrors.snapshotDamaged, {
      detail: `${pathOf(id)}: ${problem}`,
      cause,
    });
  }
}

/** As `snapshotId` of the joined text, without holding everything up over a long one. */
async function idOf({ lines, rest }: ManifestText, slice: WorkSlice): Promise<string> {
  const { before, after } = frameOf(rest);
  const digest = createHash('sha256').update(before);
  for (let from = 0; from < lines.length; from += linesBetweenRests) {
    const part = lines.slice(from, from + linesBetweenRests).join(',\n');
    digest.update(from === 0 ? part : `,\n${part}`);
    await slice.rest();
  }
  return digest.update(after).digest('hex');
}

function baseFrom(id: string, lines: readonly string[]): ManifestBase {
  let places: ReadonlyMap<string, number> | undefined;
  return {
    id,
    lines,
    places: () => (places ??= new Map(lines.map((line, place) => [line, place]))),
  };
}

function describeSome(
  { lines, rest }: ManifestText,
  base: ManifestBase,
  differing: readonly number[],
): string {
  const parts: string[] = [];
  let from = 0;
  for (const place of differing) {
    if (place > from) parts.push(`[${from},${place}]`);
    parts.push(JSON.stringify(lines[place]));
    from = place + 1;
  }
  if (from < lines.length) parts.push(`[${from},${lines.length}]`);
  return differenceText(base, parts, rest);
}

function describe({ lines, rest }: ManifestText, base: ManifestBase): string {
  const places = base.places();
  const parts: string[] = [];
  let from = 0;
  let to = 0;
  const close = (): void => {
    if (to > from) parts.push(`[${from},${to}]`);
  };
  for (const line of lines) {
    const place = places.get(line);
    if (place !== undefined && place === to && to > from) to += 1;
    else {
      close();
      from = place ?? 0;
      to = place === undefined ? 0 : place + 1;
      if (place === undefined) parts.push(JSON.stringify(line));
    }
  }
  close();
  return differenceText(base, parts, rest);
}

function differenceText({ id }: ManifestBase, parts: readonly string[], rest: string): string {
  return `${differenceHead}${id}","parts":[\n${parts.join(',\n')}\n],"rest":${JSON.stringify(rest)}}\n`;
}
