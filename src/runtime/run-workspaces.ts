/** TEMP */
import { cp, mkdir, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
export interface RunWorkspaces {
  of(agent: string): string | undefined;
  readonly paths: Record<string, string>;
  takeChanges(agent: string): Promise<undefined>;
  publish(agent: string): Promise<{ id: string; manifest: {files: number; bytes: number; excluded: readonly string[]; skipped: readonly {path: string; reason: string}[]} } | undefined>;
  rewrite(text: string, author: string, view: string | undefined): string;
  comparable(text: string): string;
  publishView(id: string, dir: string, label: string): Promise<void>;
  materialize(id: string, target: string): Promise<void>;
}
let n = 0;
export async function prepareRunWorkspaces(_parts: any, o: any): Promise<RunWorkspaces> {
  const paths: Record<string, string> = {};
  for (const a of o.config.agents) if (o.workspacesForAll || a.backend.cwd || o.record?.workspaces[a.id]) {
    paths[a.id] = o.record?.workspaces[a.id] ?? join(o.directory.workspaces, o.aliases.get(a.id));
    await mkdir(paths[a.id]!, { recursive: true });
  }
  const st = (id: string) => join(o.directory.store, 'tmp', id);
  return {
    of: (a) => paths[a], paths, takeChanges: async () => undefined,
    async publish(a) { if (!paths[a]) return undefined; const id = `${o.directory.id}-${n++}`; await cp(paths[a]!, st(id), { recursive: true }); return { id, manifest: {files: 1, bytes: 1, excluded: [], skipped: []} }; },
    rewrite: (t) => t, comparable: (t) => t.trim(),
    async publishView(id, dir, label) { const t = join(dir, label); if (existsSync(t)) return; await cp(st(id), t + '.tmp', { recursive: true }); await rename(t + '.tmp', t); },
    async materialize(id, target) { await cp(st(id), target, { recursive: true }); },
  };
}
void writeFile;
