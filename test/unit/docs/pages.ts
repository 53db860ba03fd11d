import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../../..');

export interface Page {
  /** From the checkout's root. */
  readonly path: string;
  readonly text: string;
}

/** Every page of documentation. */
export function pages(): Page[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  return ['README.md', 'CHANGELOG.md', ...inDocs.toSorted()].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
}

/** Links to other pages or to headings, as they stand in the text. */
export const relativeLinks = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

/** The file that a link leads to, and the heading in it. */
export function targetOf(page: Page, link: string): { path: string; heading: string | undefined } {
  const [file = '', heading] = link.split('#');
  return { path: file === '' ? page.path : relative('.', join(dirname(page.path), file)), heading };
}

/** Headings as links name them: small letters, hyphens for blanks, no punctuation. */
export const headingsOf = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Names in backticks that look like files of this repository. */
export const filesNamed = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/`([^`\s]+)`/g)]
    .map(([, name = '']) => name)
    .filter(
      (name) =>
        /^(src|test|docs)\/[\w./-]+$/.test(name) || /^[\w.-]+\.(ts|lua|md|yml|json|example)$/.test(name),
    );

/** Scripts that the text tells its reader to run. */
export const scriptsNamed = (text: string): string[] =>
  [...text.matchAll(/\bnpm (?:run )?(build|test|start\b(?!:)|[a-z]+:[a-z]+|check)\b/g)].map(
    ([, name = '']) => name,
  );

const withoutBlocks = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');
