import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pages, readPage, root } from './pages.ts';

interface Link {
  readonly page: string;
  readonly target: string;
}

const links: readonly Link[] = pages.flatMap((page) => {
  const prose = readPage(page).replaceAll(/^```[\s\S]*?^```$/gmu, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/gu)]
    .map(([, target = '']) => ({ page, target }))
    .filter(({ target }) => !/^[a-z]+:/u.test(target));
});

/** The anchor that a renderer makes of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/gu, '-');
}

function anchors(page: string): readonly string[] {
  const text = readPage(page);
  const headings = [...text.matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) => anchorOf(heading));
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/gu)].map(([, id = '']) => id)];
}

const fileOf = ({ page, target }: Link): string => {
  const [file = ''] = target.split('#');
  return file === '' ? page : path.posix.join(path.posix.dirname(page), file);
};

test('there are links to check', () => {
  expect(links.length).toBeGreaterThan(50);
});

test('every file that a page links to exists', () => {
  const broken = links.filter((link) => !existsSync(path.join(root, fileOf(link))));
  expect(broken).toEqual([]);
});

test('every heading that a page links to exists', () => {
  const broken = links.filter((link) => {
    const anchor = link.target.split('#')[1];
    return anchor !== undefined && fileOf(link).endsWith('.md') && !anchors(fileOf(link)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test('every page of docs/ can be reached from its index', () => {
  const reached = new Set(['docs/index.md']);
  for (const page of reached) {
    for (const link of links.filter((candidate) => candidate.page === page)) {
      if (pages.includes(fileOf(link))) reached.add(fileOf(link));
    }
  }
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});
