/** The types that site owners get, against the contract they stand for. They are compared by the type check; what runs compares names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type * as protocol from '../shared/protocol.ts';
import { WidgetSettings, type Locale } from '../shared/settings.ts';
import type { Consent, WidgetIdentity, WidgetLocale, WidgetOptions } from '../widget/sdk-types.ts';
import { root } from './harness/build.ts';

const source = readFileSync(join(root, 'widget/sdk-types.ts'), 'utf8');

/** Left out: `position`, whose schema takes anything and answers a corner; `launcherIcon`, which on a page can also be one of its own. */
type Apart = 'position' | 'launcherIcon';

it('WidgetOptions are the settings, no more and no less', () => {
  expectTypeOf<Omit<WidgetOptions, Apart | 'autoBoot'>>().toEqualTypeOf<Omit<z.input<typeof WidgetSettings>, Apart>>();
  expectTypeOf<Pick<z.output<typeof WidgetSettings>, Apart>>().toExtend<Pick<WidgetOptions, Apart>>();
  expectTypeOf<WidgetLocale>().toEqualTypeOf<Locale>();
  expectTypeOf<Consent>().toEqualTypeOf<z.output<typeof WidgetSettings>['consent']>();
  const [, body = ''] = /interface WidgetOptions \{([^]*?)\n\}/.exec(source) ?? [];
  const names = [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name = '']) => name);
  expect(names.toSorted()).toEqual([...Object.keys(WidgetSettings.shape), 'autoBoot'].toSorted());
});

it('what identify() takes is what the handshake takes', () => {
  expectTypeOf<WidgetIdentity>().toEqualTypeOf<z.input<typeof protocol.Identity>>();
});

it('the file imports nothing, so that it can be shipped as it is', () => {
  expect(source).not.toMatch(/^import |\bimport\(|\brequire\(/m);
});
