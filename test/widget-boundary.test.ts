/** What is in the widget's files, by esbuild's own account: the line between loader and panel, and what has no place in either. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Output { bytes: number; entryPoint?: string; imports: Array<{ path: string; kind: string; external?: boolean }>; inputs: Record<string, { bytesInOutput: number }> }
interface Metafile { inputs: Record<string, { imports: Array<{ path: string; kind: string; external?: boolean }> }>; outputs: Record<string, Output> }

const meta = JSON.parse(readFileSync(join(import.meta.dirname, '../dist/meta.json'), 'utf8')) as Record<'loader' | 'panel' | 'fallback', Metafile>;

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
      'shared/color.ts', 'widget/launcher.css', 'widget/launcher.ts', 'widget/loader.ts', 'widget/sdk.ts', 'widget/storage-key.ts', 'widget/texts.ts',
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

  it('is one file, and loads socket.io-client only where it must', () => {
    const outputs = Object.values(meta.panel.outputs);
    expect(outputs).toHaveLength(1);
    expect(outputs[0]?.imports.map(({ path, kind }) => [dirname(path), kind])).toEqual([['.', 'dynamic-import']]);
    expect(filesIn(meta.fallback)).toContain('widget/connection-socketio.ts');
  });
});

describe.each(['loader', 'panel', 'fallback'] as const)('%s', (name) => {
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
    for (const path of Object.keys(meta[name].outputs)) {
      const code = readFileSync(join(import.meta.dirname, '..', path), 'utf8');
      expect(code).not.toMatch(/\beval\(|new Function\(|document\.write|insertAdjacentHTML|createElement\("style"\)|setAttribute\("style"/);
    }
  });
});
