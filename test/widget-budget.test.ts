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

it('[W2] the loader with its settings is at most 3 KB, in every language, with every icon, and with a gateway elsewhere', () => {
  const weights = LOCALES.flatMap((language) => (Object.keys(LAUNCHER_ICONS) as LauncherIcon[]).map((icon) => ({
    which: `${language}, ${icon}`, own: weigh(loader(language, icon)), elsewhere: weigh(loader(language, icon, 'https://chat.example.com')),
  })));
  const heaviest = weights.toSorted((one, other) => other.elsewhere - one.elsewhere)[0];
  console.log(`loader with settings: ${weights.find(({ which }) => which === 'en, chat')?.own} bytes; the heaviest ${heaviest?.own}, ${heaviest?.elsewhere} with the address of a gateway elsewhere (${heaviest?.which})`);
  expect(weights.filter(({ own, elsewhere }) => own > 3_000 || elsewhere > 3_000)).toEqual([]);
});

it('[W2] the panel is at most 20 KB, and imports nothing', () => {
  const code = read(join('widget', manifest.panel));
  console.log(`panel: ${weigh(code)} bytes`);
  expect(code).not.toMatch(/(?:^|[;}\n])import[\s{*"']|from\s*["']/);
  expect(weigh(code)).toBeLessThanOrEqual(20_000);
});

it('[W2] panel, words and settings, all that an open conversation in English fetches, are together at most 20 KiB', () => {
  const settings = splitSettings(WidgetSettings.parse({})).panel;
  const weights = [read(join('widget', manifest.panel)), read(join(assets, 'locales/en.js')), JSON.stringify(settings)].map(weigh);
  const together = weights.reduce((sum, weight) => sum + weight, 0);
  console.log(`an open conversation: ${together} bytes (${weights.join(' + ')})`);
  expect(together).toBeLessThanOrEqual(20_480);
});

describe('[W2] the words of an open conversation', () => {
  it.each(LOCALES)('in %s are at most 1 KB', (locale) => {
    const weight = weigh(read(join(assets, `locales/${locale}.js`)));
    console.log(`words in ${locale}: ${weight} bytes`);
    expect(weight).toBeLessThanOrEqual(1_000);
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
