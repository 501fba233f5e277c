/** What the widget weighs, as browsers fetch it: gzip -9 of the built files. A change that breaks a budget is no change yet. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { WidgetSettings, type LoaderSettings } from '../shared/settings.ts';

interface Meta { panel: { outputs: Record<string, { entryPoint?: string; imports: Array<{ path: string; kind: string }> }> } }

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { panel } = JSON.parse(read('dist/meta.json')) as Meta;
const manifest = JSON.parse(read('dist/manifest.json')) as { panel: string };
const weigh = (text: string): number => gzipSync(text, { level: 9 }).length;

/** The panel's file and all that it imports without being asked. */
function withStaticImports(path: string, found = new Set<string>()): Set<string> {
  found.add(path);
  for (const next of panel.outputs[path]?.imports ?? []) if (next.kind === 'import-statement' && !found.has(next.path)) withStaticImports(next.path, found);
  return found;
}

it('the loader with its settings is at most 3 KB', () => {
  const settings: LoaderSettings = { ...WidgetSettings.parse({}), workspace: 'demo', gateway: '', panel: manifest.panel };
  const weight = weigh(`(function(MIRADESK_SETTINGS){${read('dist/widget/loader.js')}})(${JSON.stringify(settings)});`);
  console.log(`loader with settings: ${weight} bytes`);
  expect(weight).toBeLessThanOrEqual(3_000);
});

it('everything more that an open conversation needs is at most 20 KB', () => {
  const [entry] = Object.entries(panel.outputs).find(([, { entryPoint }]) => entryPoint === 'widget/panel.tsx') ?? [];
  if (!entry) throw new Error('dist/meta.json knows no panel');
  const weights = [...withStaticImports(entry)].map((path) => weigh(read(path)));
  const weight = weights.reduce((sum, one) => sum + one, 0);
  console.log(`panel with all it needs: ${weight} bytes in ${weights.length} file(s)`);
  expect(weight).toBeLessThanOrEqual(20_000);
});
