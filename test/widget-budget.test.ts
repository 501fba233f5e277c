/** What the widget weighs, as browsers fetch it: gzip -9 of the built files. A change that breaks a budget is no change yet. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LAUNCHER_ICONS } from '../shared/launcher-icons.ts';
import { LAUNCHER_WORDS } from '../shared/launcher-words.ts';
import { LOCALES, splitSettings, WidgetSettings, type LauncherIcon, type Locale } from '../shared/settings.ts';

const dist = join(import.meta.dirname, '../dist');
const read = (path: string): string => readFileSync(join(dist, path), 'utf8');
const manifest = JSON.parse(read('manifest.json')) as { panel: string };
const weigh = (text: string): number => gzipSync(text, { level: 9 }).length;
const assets = join('widget', dirname(manifest.panel));

/** The loader as the gateway serves it: nothing said of what is empty or on. */
function loader(language: Locale, icon: LauncherIcon, gateway?: string): string {
  const settings = { ...splitSettings(WidgetSettings.parse({})).launcher, launcherIcon: LAUNCHER_ICONS[icon], workspace: 'demo', gateway, panel: manifest.panel, language, ...LAUNCHER_WORDS[language] };
  return `${read('widget/loader.js')}(${JSON.stringify(Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '' && value !== true)))});\n`;
}

it('[W2] the loader with its settings is at most 3 KB, in every language, also with a gateway elsewhere and with every icon', () => {
  const weights = LOCALES.flatMap((language) => (Object.keys(LAUNCHER_ICONS) as LauncherIcon[]).map((icon) => [`${language} ${icon}`, weigh(loader(language, icon)), weigh(loader(language, icon, 'https://chat.example.com'))] as const));
  const [name, own, elsewhere] = weights.toSorted((one, other) => other[2] - one[2])[0] ?? ['', 0, 0];
  console.log(`loader with settings: at most ${own} bytes, ${elsewhere} with the address of a gateway elsewhere (${name})`);
  for (const [which, ...both] of weights) expect([which, Math.max(...both) <= 3_000, both]).toEqual([which, true, both]);
});

it('[W2] the panel is at most 20 KB, and imports nothing', () => {
  const code = read(join('widget', manifest.panel));
  console.log(`panel: ${weigh(code)} bytes`);
  expect(code).not.toMatch(/(?:^|[;}\n])import[\s{*"']|from\s*["']/);
  expect(weigh(code)).toBeLessThanOrEqual(20_000);
});

describe('[W2] the words of an open conversation', () => {
  it.each(LOCALES)('in %s are at most 1.5 KB', (locale) => {
    const weight = weigh(read(join(assets, `locales/${locale}.js`)));
    console.log(`words in ${locale}: ${weight} bytes`);
    expect(weight).toBeLessThanOrEqual(1_500);
  });
});

it('[W2] every shim is at most 2 KB', () => {
  const shims = readdirSync(join(dist, 'widget/migrate'));
  expect(shims.length).toBeGreaterThanOrEqual(5);
  for (const shim of shims) {
    const weight = weigh(read(join('widget/migrate', shim)));
    console.log(`${shim}: ${weight} bytes`);
    expect([shim, weight <= 2_000]).toEqual([shim, true]);
  }
});
