/** The arrows between the parts, as DESIGN.md draws them: widget, console, gateway -> shared; nothing else crosses. */
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './harness/build.ts';
import { findCycle, importsOf, sourceFiles, sourceOf, target, withoutComments } from './harness/source-scan.ts';

const PARTS = ['shared', 'widget', 'console', 'gateway'];

/** Which folders a folder may import from, besides itself. */
const ARROWS: Record<string, string[]> = { shared: [], widget: ['shared'], console: ['shared'], gateway: ['shared'], examples: [] };

/** Packages that are for one part only, or that a part must not have. */
const FACE_PACKAGES = /^(preact$|preact\/|@preact\/|socket\.io-client$)/;
const ANYWHERE = /^nanoid$/;
const DRIVERS = /^(@electric-sql\/|pg$|pg-|postgres$|@supabase\/)/;

interface Arrow { file: string; specifier: string; typeOnly: boolean; target: string | null }

const arrows: Arrow[] = sourceFiles(...PARTS, 'examples').flatMap((file) =>
  importsOf(sourceOf(file)).map((found) => ({ file, ...found, target: target(file, found.specifier) })));

const partOf = (path: string): string => path.split('/')[0] ?? '';
const shown = (arrow: Arrow): string => `${arrow.file} -> ${arrow.specifier}`;
const packagesOf = (part: string): Arrow[] => arrows.filter((arrow) => partOf(arrow.file) === part && arrow.target === null);

describe('the source', () => {
  it('is seen by these tests', () => {
    for (const part of PARTS) expect(arrows.filter((arrow) => partOf(arrow.file) === part).length, part).toBeGreaterThan(3);
  });

  it('imports across parts only along the arrows', () => {
    const crossing = arrows.filter(({ file, target: to }) => {
      if (to === null || partOf(to) === partOf(file)) return false;
      // `npm start` builds what browsers load before it serves it.
      if (to === 'esbuild.config.mjs' && partOf(file) === 'gateway') return false;
      return !ARROWS[partOf(file)]?.includes(partOf(to));
    });
    expect(crossing.map(shown)).toEqual([]);
  });

  it('names files that exist, with their ending', () => {
    expect(arrows.filter((arrow) => arrow.target !== null && !existsSync(join(root, arrow.target))).map(shown)).toEqual([]);
  });

  it('has no import cycles', () => {
    const graph = new Map<string, string[]>();
    for (const { file, target: to, typeOnly } of arrows) {
      if (to !== null && !typeOnly) graph.set(file, [...(graph.get(file) ?? []), to]);
    }
    expect(findCycle(graph)).toBeNull();
  });

  it('keeps shared/ free of Node, of the DOM and of every package but zod', () => {
    expect(packagesOf('shared').filter((arrow) => arrow.specifier !== 'zod').map(shown)).toEqual([]);
    const globals = /\b(document|window|localStorage|sessionStorage|indexedDB|navigator|process|Buffer)\s*[.[(]/;
    expect(sourceFiles('shared').filter((file) => globals.test(withoutComments(sourceOf(file))))).toEqual([]);
  });

  it('keeps zod, Node and servers out of the widget and the console', () => {
    const browser = [...packagesOf('widget'), ...packagesOf('console')];
    expect(browser.filter(({ specifier }) => !FACE_PACKAGES.test(specifier) && !ANYWHERE.test(specifier)).map(shown)).toEqual([]);
  });

  it('lets the widget see the zod schemas as types only', () => {
    const schemas = new Set(['shared/protocol.ts', 'shared/settings.ts']);
    expect(arrows.filter((arrow) => partOf(arrow.file) === 'widget' && schemas.has(arrow.target ?? '') && !arrow.typeOnly).map(shown)).toEqual([]);
  });

  it('keeps browser packages out of the gateway', () => {
    expect(packagesOf('gateway').filter((arrow) => FACE_PACKAGES.test(arrow.specifier)).map(shown)).toEqual([]);
  });

  it('keeps drivers and SQL text inside gateway/store', () => {
    const outside = (file: string): boolean => !file.startsWith('gateway/store/');
    expect(arrows.filter((arrow) => outside(arrow.file) && DRIVERS.test(arrow.specifier)).map(shown)).toEqual([]);
    // In one case throughout, so that "Select a conversation from the list" is no SQL.
    const lower = /\bselect\s[^;'"]*?\sfrom\s|\binsert\s+into\s|\bupdate\s+\w+(\.\w+)?\s+set\s|\bdelete\s+from\s|\b(create|alter|drop)\s+(table|function|schema|index|role)\b/;
    const upper = new RegExp(lower.source.replace(/\b(select|from|insert|into|update|set|delete|create|alter|drop|table|function|schema|index|role)\b/g, (word) => word.toUpperCase()));
    const withSql = sourceFiles(...PARTS).filter(outside).filter((file) => {
      const code = withoutComments(sourceOf(file));
      return lower.test(code) || upper.test(code);
    });
    expect(withSql).toEqual([]);
  });

  it('leaves the examples to themselves: a page includes the snippet and nothing else of ours, a server needs nothing but Node', () => {
    const inExamples = arrows.filter((arrow) => partOf(arrow.file) === 'examples');
    expect(inExamples.filter(({ file, specifier }) => !(file.endsWith('.mjs') && specifier.startsWith('node:'))).map(shown)).toEqual([]);
    expect(importsOf(sourceOf('examples/react/app.jsx')).map(({ specifier }) => specifier)).toEqual(['react', 'react-dom/client', 'miradesk']);
  });

  it('keeps shims and npm entry apart from the widget: they know its types only', () => {
    const own = new Set(['widget/sdk-types.ts', 'widget/migrate/desk.ts']);
    const sites = arrows.filter(({ file }) => file.startsWith('widget/migrate/') || file === 'widget/npm.ts');
    expect(sites.length).toBeGreaterThan(5);
    expect(sites.filter(({ target: to, typeOnly }) => !own.has(to ?? '') || (to === 'widget/sdk-types.ts' && !typeOnly)).map(shown)).toEqual([]);
  });
});

describe('the built files', () => {
  interface Metafile { inputs: Record<string, { imports: Array<{ path: string; kind: string; external?: boolean }> }> }
  const meta = (): Record<'loader' | 'panel' | 'console' | 'worker', Metafile> => JSON.parse(readFileSync(join(root, 'dist/meta.json'), 'utf8')) as never;
  const packageOf = (path: string): string => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? '';

  it('of the loader hold the loader alone: no framework, no package at all', () => {
    const inputs = Object.keys(meta().loader.inputs);
    expect(inputs.filter((path) => !/^(widget|shared)\//.test(path))).toEqual([]);
    expect(inputs.filter((path) => path.endsWith('.tsx'))).toEqual([]);
  });

  it('of the edge hold its own sources and shared ones, and no package', () => {
    const own = /^widget\/(?:worker|edge-[a-z]+)\.ts$/;
    const inputs = Object.keys(meta().worker.inputs);
    expect(inputs.filter((path) => !own.test(path) && !/^shared\/[a-z-]+\.ts$/.test(path))).toEqual([]);
    expect(inputs).toContain('widget/worker.ts');
    // And pages get nothing of it.
    expect(Object.keys({ ...meta().loader.inputs, ...meta().panel.inputs }).filter((path) => own.test(path))).toEqual([]);
  });

  it('hold no zod and nothing of the other parts', () => {
    const { panel, console: inbox } = meta();
    for (const [part, { inputs }] of Object.entries({ widget: panel, console: inbox })) {
      const own = Object.keys(inputs).filter((path) => !path.includes('node_modules/'));
      expect(own.filter((path) => ![part, 'shared'].includes(partOf(path))), part).toEqual([]);
      expect(Object.keys(inputs).map(packageOf).filter((name) => name === 'zod' || isBuiltin(name)), part).toEqual([]);
    }
  });

  it('have no circles among our own modules', () => {
    for (const [part, { inputs }] of Object.entries(meta())) {
      const own = Object.entries(inputs).filter(([path]) => !path.includes('node_modules/'));
      const graph = new Map(own.map(([path, input]) => [path, input.imports.filter((found) => !found.external).map((found) => found.path)]));
      expect(findCycle(graph), part).toBeNull();
    }
  });
});

describe('the scan itself', () => {
  const sample = `
    // import a from './comment.ts';
    /* export * from './block.ts' */
    import { b } from './b.ts';
    import type { C } from './c.ts';
    import './side-effect.css';
    export { d } from './d.ts';
    import {
      e,
      type F,
    } from './e.ts';
    const text = "import x from './text.ts'", url = 'https://example.com/';
    const lazy = () => import('./lazy.ts');
    export const from = 'nowhere';
    import type from './type.ts';
  `;

  it('finds every import, and which are for types only', () => {
    const found = importsOf(sample).map(({ specifier, typeOnly }) => (typeOnly ? `type ${specifier}` : specifier));
    expect(found.toSorted()).toEqual(['./b.ts', './d.ts', './e.ts', './lazy.ts', './side-effect.css', './type.ts', 'type ./c.ts']);
  });

  it('finds a circle, and none where there is none', () => {
    expect(findCycle(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toEqual(['b', 'c', 'b']);
    expect(findCycle(new Map([['a', ['b', 'c']], ['b', ['c']], ['c', []]]))).toBeNull();
  });
});
