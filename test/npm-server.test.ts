/** The npm entry where there is no page, as on a server that renders; and the package as it is shipped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { boot, getState, on, open } from 'miradesk';
import { expect, it } from 'vitest';
import { root } from './harness/build.ts';

it('is harmless on a server: nothing happens, and getState() says so', () => {
  const object = boot({ workspace: 'demo', gateway: 'https://chat.example.com' });
  object.open();
  open();
  const off = on('open', () => { throw new Error('nothing opens here'); });
  off();
  expect(getState()).toMatchObject({ booted: false, open: false });
  expect('MiraDesk' in globalThis).toBe(false);
});

it('is a package of its own: types, ES module, no dependency, no side effect', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'dist/npm/package.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest).toMatchObject({ name: 'miradesk', type: 'module', sideEffects: false, exports: { '.': { types: './index.d.ts', default: './index.js' } } });
  expect(manifest).not.toHaveProperty('dependencies');
  expect(readFileSync(join(root, 'dist/npm/index.js'), 'utf8')).not.toMatch(/^import /m);
});

it('leaves nothing in a bundle that imports it and calls nothing, and little in one that does', async () => {
  const bundle = async (contents: string): Promise<string> => {
    const { outputFiles } = await esbuild.build({ stdin: { contents, resolveDir: root }, bundle: true, minify: true, write: false, format: 'esm' });
    return outputFiles[0]?.text ?? '';
  };
  expect(await bundle("import { boot } from 'miradesk';")).toBe('');
  expect(gzipSync(await bundle("export { boot, destroy, on } from 'miradesk';"), { level: 9 }).length).toBeLessThanOrEqual(1_500);
});
