/**
 * The manifests of one workspace, each after the other: most differ in a few lines from one that is kept whole, and are
 * kept as what differs.
 */
import type { ManifestDraft } from './manifest-draft.ts';
import type { ManifestBase } from './manifest-files.ts';
import { createObjectWriter } from './object-writer.ts';
import type { StoreFiles } from './store-files.ts';
import type { WorkSlice } from './work-slice.ts';

export interface ManifestSeries {
  /** Each draft once, in the order they were made. */
  write(draft: ManifestDraft, slice: WorkSlice): Promise<void>;
}

const manyLines = 4_096;

export function createManifestSeries({ manifests, objects }: StoreFiles): ManifestSeries {
  let base: ManifestBase | undefined;
  /** Places of the lines that differ from the base, where the two have the same lines otherwise. */
  let differing: Set<number> | undefined;

  return {
    async write({ id, text, places }, slice) {
      const { lines } = text;
      if (places === undefined || base?.lines.length !== lines.length) differing = undefined;
      else {
        for (const place of places) {
          if (base.lines[place] === lines[place]) differing?.delete(place);
          else differing?.add(place);
        }
      }
      if (manifests.has(id)) return;
      // A whole manifest of a large tree takes its time.
      if (places === undefined && lines.length > manyLines) await slice.rest();
      using writer = createObjectWriter(objects, slice);
      const before = base;
      base = manifests.write(id, text, writer, before, differing && [...differing].toSorted((a, b) => a - b));
      if (base !== before) differing = new Set();
      if (places === undefined && lines.length > manyLines) await slice.rest();
    },
  };
}
