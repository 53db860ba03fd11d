import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesNamed, headingsOf, pages, relativeLinks, root, scriptsNamed, targetOf } from './pages.js';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe.each(pages())('$path', (page) => {
  test('links to pages and headings that exist', () => {
    const broken = relativeLinks(page.text).filter((link) => {
      const { path, heading } = targetOf(page, link);
      if (!existsSync(join(root, path))) return true;
      return heading !== undefined && !headingsOf(readFileSync(join(root, path), 'utf8')).includes(heading);
    });
    expect(broken).toEqual([]);
  });

  test('names files and scripts that exist', () => {
    expect(filesNamed(page.text).filter((name) => !existsSync(join(root, name)))).toEqual([]);
    expect(scriptsNamed(page.text).filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('finds links, files and scripts at all', () => {
  const readme = pages().find(({ path }) => path === 'README.md')?.text ?? '';
  expect(relativeLinks(readme)).toContain('docs/protocol.md');
  expect(filesNamed(readme)).toContain('docker-compose.yml');
  expect(scriptsNamed(readme)).toContain('start:prod');
});

test('whoever starts a node starts it with the same options', () => {
  const { 'start:prod': command } = scripts;
  const words = command?.replace(/^exec /, '').split(' ') ?? [];
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  expect(dockerfile).toContain(`CMD [${words.map((word) => `"${word}"`).join(', ')}]`);
  const options = words.slice(1, -1).join(' ');
  expect(scripts.start).toContain(`node ${options} `);
});
