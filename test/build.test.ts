/** The build, as `npm run build` and `npm start` make it, while others read what was built before. */
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { build } from '../esbuild.config.mjs';
import { readAssets } from '../gateway/assets.ts';
import { root } from './harness/build.ts';
import { temporaryDirectory } from './harness/workplace.ts';

it('puts its files in place all at once: who reads finds the old ones or the new ones, whole', async () => {
  const directory = temporaryDirectory('build');
  const dist = join(directory, 'dist');
  symlinkSync(join(root, 'examples'), join(directory, 'examples'));
  await build({ into: dist });
  writeFileSync(join(dist, 'left-over.js'), 'from a build before');

  let building = true;
  let reads = 0;
  const reading = (async () => {
    while (building) {
      const assets = await readAssets(directory, 'demo');
      expect(assets.widget.has(assets.panel) && assets.console.has('index.html')).toBe(true);
      reads += 1;
    }
  })();
  for (let round = 0; round < 2; round += 1) await Promise.all([build({ into: dist }), build({ into: dist })]);
  building = false;
  await reading;
  expect(reads).toBeGreaterThan(0);
  // Nothing is left over, neither of builds before nor of the exchange.
  expect(readdirSync(directory).toSorted()).toEqual(['dist', 'examples']);
  expect(readdirSync(dist).toSorted()).toEqual(['console', 'examples', 'manifest.json', 'meta.json', 'npm', 'widget', 'worker']);
});
