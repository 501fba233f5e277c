/** docs/sdk.md lists the options from their one list, shared/settings.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { launcherSettings, panelSettings, WidgetSettings } from '../shared/settings.ts';
import { root } from './harness/build.ts';

/** As HTML writes the attribute that `dataset` has under this name. */
const attribute = (name: string): string => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const shown = (value: unknown): string => (value === '' ? 'empty' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``);

it('docs/sdk.md has a row for every option, with its attribute, default and description', () => {
  const section = /\n## Options\n([^]*?)(?=\n## |$)/.exec(readFileSync(join(root, 'docs/sdk.md'), 'utf8'))?.[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const defaults = WidgetSettings.parse({});
  expect(rows).toEqual(Object.entries({ ...launcherSettings, ...panelSettings }).map(([name, schema]) =>
    `| \`${name}\` | \`${attribute(name)}\` | ${shown(defaults[name as keyof WidgetSettings])} | ${schema.description} |`));
});

it('every option says what it is, in a sentence', () => {
  for (const [name, schema] of Object.entries({ ...launcherSettings, ...panelSettings })) expect([name, schema.description]).toEqual([name, expect.stringMatching(/^[A-Z`][^|\n]+[.]$/)]);
});
