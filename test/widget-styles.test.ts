/** The widget's stylesheets, against pages that have custom properties of the same names: these are inherited into shadow roots, whatever else stays outside. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './harness/build.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '');
const sheets = globSync('widget/**/*.css', { cwd: root });
const scripts = ['widget/launcher.ts', 'widget/panel.tsx'].map(read).join('\n');

/** Set on the host or the panel whenever there is one. */
const setByScript = ['--brand', '--on-brand', '--x', '--y', '--above', '--radius', '--typeface'];

it('[W9] no stylesheet reads a custom property that a page could have set in our place', () => {
  const tokens = new Set([...read('shared/tokens.css').matchAll(/(--[\w-]+):/g)].map(([, name]) => name));
  expect(sheets.length).toBeGreaterThan(10);
  for (const sheet of sheets) {
    const css = read(sheet);
    const declared = new Set([...css.matchAll(/(--[\w-]+):/g)].map(([, name]) => name));
    for (const [, name = '', rest] of css.matchAll(/var\((--[\w-]+)([^)]*)\)/g)) {
      expect(tokens.has(name) || declared.has(name) || setByScript.includes(name), `${sheet}: ${name}`).toBe(true);
      // What has something to fall back on may not be set, and is then the page's.
      expect(rest, `${sheet}: ${name}`).toBe('');
    }
  }
});

it('what is said to be set by script is', () => {
  for (const name of setByScript) expect(scripts, name).toMatch(new RegExp(`'${name}'|[{;]${name}:|\\b${name.slice(2)}: `));
});
