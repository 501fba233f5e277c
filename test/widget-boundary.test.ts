/** What is in the widget's files, by esbuild's own account: the line between loader and panel, and what has no place in either. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOCALES } from '../shared/settings.ts';
import { root } from './harness/build.ts';

interface Output { bytes: number; entryPoint?: string; imports: Array<{ path: string; kind: string; external?: boolean }>; inputs: Record<string, { bytesInOutput: number }> }
interface Metafile { inputs: Record<string, { imports: Array<{ path: string; kind: string; external?: boolean }> }>; outputs: Record<string, Output> }

const meta = JSON.parse(readFileSync(join(import.meta.dirname, '../dist/meta.json'), 'utf8')) as Record<'loader' | 'panel' | 'parts' | 'languages' | 'fallback', Metafile>;

/** Source files whose code is in the bundle. */
const filesIn = (metafile: Metafile): string[] =>
  Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])));

/** A way from a file back to itself, or none. */
function circle(metafile: Metafile): string[] | undefined {
  const done = new Set<string>();
  function walk(path: string, trail: string[]): string[] | undefined {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    done.add(path);
    for (const { path: next } of metafile.inputs[path]?.imports ?? []) {
      const found = walk(next, [...trail, path]);
      if (found) return found;
    }
    return undefined;
  }
  for (const path of Object.keys(metafile.inputs)) {
    const found = walk(path, []);
    if (found && !path.includes('node_modules/')) return found;
  }
  return undefined;
}

describe('the loader', () => {
  it('has nothing of Preact, of the panel, or of the core', () => {
    expect(filesIn(meta.loader).toSorted()).toEqual([
      'shared/color.ts', 'widget/launcher.css', 'widget/launcher.ts', 'widget/loader.ts', 'widget/options.ts', 'widget/sdk.ts', 'widget/storage-key.ts',
    ]);
  });

  it('is one file', () => {
    expect(Object.keys(meta.loader.outputs)).toHaveLength(1);
  });
});

describe('the panel', () => {
  it('comes with Preact, and no other package', () => {
    const packages = filesIn(meta.panel).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    expect([...new Set(packages)]).toEqual(['preact']);
  });

  it('is one file, which imports nothing', () => {
    const outputs = Object.values(meta.panel.outputs);
    expect(outputs).toHaveLength(1);
    expect(outputs[0]?.imports).toEqual([]);
  });

  it('has no part in it, no language, and not the other connection', () => {
    expect(filesIn(meta.panel).filter((path) => /^widget\/(parts|locales|migrate)\/|connection-socketio|emoji-data|shared\/format/.test(path))).toEqual([]);
    expect(filesIn(meta.fallback)).toContain('widget/connection-socketio.ts');
  });
});

describe('the parts', () => {
  const entries = Object.values(meta.parts.outputs).flatMap(({ entryPoint }) => entryPoint ?? []);

  it('are a file each, and those that the panel knows are there', () => {
    expect(entries.toSorted()).toEqual(globSync('widget/parts/*.tsx', { cwd: root }).toSorted());
    const [, known = ''] = /interface Parts \{([^]*?)\n\}/.exec(readFileSync(join(root, 'widget/part.tsx'), 'utf8')) ?? [];
    for (const [, name = ''] of known.matchAll(/^ {2}'?([\w-]+)'?:/gm)) expect(entries).toContain(`widget/parts/${name}.tsx`);
  });

  it('take Preact, the texts and all that they share with the panel from the panel\'s own file: nothing of it is loaded twice', () => {
    const external = Object.values(meta.parts.outputs).flatMap(({ imports }) => imports.filter(({ external: isExternal }) => isExternal).map(({ path }) => path));
    expect([...new Set(external)]).toEqual(['../panel.js']);
    expect(filesIn(meta.parts).filter((path) => path.includes('node_modules/'))).toEqual([]);
    for (const own of ['widget/texts.ts', 'widget/part.tsx', 'widget/beside.ts', 'widget/kit.ts', 'widget/messenger.ts']) expect(filesIn(meta.parts)).not.toContain(own);
  });

  it('find in the panel\'s file what they take from it', () => {
    const { panel } = JSON.parse(readFileSync(join(root, 'dist/manifest.json'), 'utf8')) as { panel: string };
    const [, given = ''] = /export\s*\{([^}]*)\}/.exec(readFileSync(join(root, 'dist/widget', panel), 'utf8')) ?? [];
    const names = new Set(given.split(',').map((one) => one.trim().split(/\s+as\s+/).at(-1)));
    expect(names).toContain('start');
    const folder = join(root, 'dist/widget', dirname(panel), 'parts');
    for (const file of readdirSync(folder)) {
      for (const [, taken = ''] of readFileSync(join(folder, file), 'utf8').matchAll(/import\s*\{([^}]*)\}\s*from\s*"\.\.\/panel\.js"/g)) {
        for (const one of taken.split(',')) expect([file, one, names.has(one.trim().split(/\s+as\s+/)[0])]).toEqual([file, one, true]);
      }
    }
  });
});

describe('the languages', () => {
  it('are two files each, of their own', () => {
    expect(Object.values(meta.languages.outputs).map(({ entryPoint }) => String(entryPoint)).toSorted()).toEqual(LOCALES.flatMap((locale) => [`widget/locales/${locale}-more.ts`, `widget/locales/${locale}.ts`]).toSorted());
    for (const { inputs, imports } of Object.values(meta.languages.outputs)) expect([Object.keys(inputs).length, imports]).toEqual([1, []]);
  });
});

describe.each(['loader', 'panel', 'parts', 'languages', 'fallback'] as const)('%s', (name) => {
  it('has no zod, and of the contract the types only', () => {
    const files = filesIn(meta[name]);
    expect(files.filter((path) => path.includes('node_modules/zod/'))).toEqual([]);
    expect(files).not.toContain('shared/protocol.ts');
    expect(files).not.toContain('shared/settings.ts');
  });

  it('imports nothing in circles', () => {
    expect(circle(meta[name])).toBeUndefined();
  });

  it('takes from widget/ and shared/ only', () => {
    expect(filesIn(meta[name]).filter((path) => !/^(widget|shared|node_modules)\//.test(path))).toEqual([]);
  });

  it('hands no string to the page to run or to read as HTML', () => {
    const { panel } = JSON.parse(readFileSync(join(root, 'dist/manifest.json'), 'utf8')) as { panel: string };
    for (const path of Object.keys(meta[name].outputs)) {
      const code = readFileSync(join(root, path.replace(/^dist\/widget\/assets/, join('dist/widget', dirname(panel)))), 'utf8');
      expect(code).not.toMatch(/\beval\(|new Function\(|document\.write|insertAdjacentHTML|createElement\("style"\)|setAttribute\("style"/);
    }
  });
});
