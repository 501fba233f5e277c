/** The names that the build shortens inside of the panel (esbuild.names.mjs) mean nothing to anybody else. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { SHORTENED } from '../esbuild.names.mjs';
import { root } from './harness/build.ts';

const names = Object.keys(SHORTENED);
const read = (files: string[]): string => files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
const found = (pattern: string): string[] => {
  const files = globSync(pattern, { cwd: root });
  if (files.length === 0) throw new Error(`${pattern} is not there any more`);
  return files;
};
const withoutComments = (text: string): string => text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
const matches = (text: string, pattern: RegExp): Set<string> => new Set([...text.matchAll(pattern)].map((match) => match.at(-1) as string));
/** Which of our names are among these. */
const shared = (others: Set<string>): string[] => names.filter((name) => others.has(name));

/** The panel's and its parts' own code without types, where a quoted word is a text. */
const code = (await Promise.all(found('widget/{,parts/}*.{ts,tsx}').concat(found('shared/{outbox,timeline,text}.ts')).filter((file) => !/edge-|worker|npm|loader|launcher|sdk|^widget.options/.test(file)).map(async (file) => (
  (await transform(readFileSync(join(root, file), 'utf8'), { loader: file.endsWith('x') ? 'tsx' : 'ts', jsx: 'preserve', target: 'es2022' })).code
)))).join('\n');

/** Members of interfaces and types, and keys of objects. */
const MEMBERS = /(?<=^|[{;,(\s])(?:readonly |get |set )?["']?([A-Za-z]\w*)["']?\??\s*[:(<]/gm;

it('are used, each of them, and get names that nothing else has', () => {
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  const short = Object.values(SHORTENED);
  expect(new Set(short).size).toBe(names.length);
  expect(short.filter((name) => new RegExp(`\\.${name}\\b|[{,]\\s*${name}\\s*:`).test(code))).toEqual([]);
});

it('are no names of the browser or of Preact', () => {
  const members = matches(withoutComments(read(found('node_modules/@typescript/*/lib/lib.*.d.ts'))), MEMBERS);
  expect(members.size).toBeGreaterThan(4_000);
  expect(shared(members)).toEqual([]);
  expect(shared(matches(read(['node_modules/preact/dist/preact.mjs']), /[A-Za-z_$][\w$]*/g))).toEqual([]);
  // Attributes of the elements that we draw.
  expect(shared(matches(code, /(?<=<[a-z]\w*\s(?:[^<>]|=>)*?)\b([a-zA-Z]+)=/g))).toEqual([]);
});

it('are no names of the protocol, of the settings, of what pages call, or of what the loader and the panel share', () => {
  for (const file of ['shared/protocol.ts', 'shared/errors.ts', 'shared/settings.ts', 'widget/sdk-types.ts', 'widget/bridge.ts', 'widget/loader.ts', 'widget/launcher.ts', 'widget/options.ts', 'widget/connection-socketio.ts']) {
    expect([file, shared(matches(withoutComments(read([file])), MEMBERS))]).toEqual([file, []]);
  }
});

it('are not stored, nor sent to other tabs', () => {
  const text = withoutComments(read(['widget/session.ts', 'widget/sending.ts', 'widget/tabs.ts', 'widget/parts/wires.tsx', 'shared/outbox.ts']));
  for (const type of ['Stored', 'Likes', 'Outgoing', 'OutboxItem', 'TabNews', 'Note']) {
    const block = new RegExp(`(?:interface ${type}\\b[^{]*\\{([^}]*)\\}|type ${type}\\b[^=]*=([^;]*(?:;[^;{}]*\\})?(?:\\s*\\|[^\\n]*)*))`).exec(text);
    expect([type, block !== null]).toEqual([type, true]);
    const members = matches(block?.[0] ?? '', MEMBERS);
    expect([type, members.size > 0]).toEqual([type, true]);
    expect([type, shared(members)]).toEqual([type, []]);
  }
});

it('are never asked for by a text, nor exported', () => {
  expect(shared(matches(code, /(['"`])([A-Za-z]\w*)\1/g))).toEqual([]);
  expect(shared(matches(code, /export (?:async )?(?:function|const|let|class) (\w+)/g))).toEqual([]);
  expect(shared(new Set([...code.matchAll(/export \{([^}]*)\}/g)].flatMap(([, list = '']) => list.match(/\w+/g) ?? [])))).toEqual([]);
});

it('are not in the built files any more', () => {
  const { panel } = JSON.parse(read(['dist/manifest.json'])) as { panel: string };
  const built = read([join('dist/widget', panel), ...found(`dist/widget/${panel.replace('panel.js', 'parts')}/*.js`)]);
  expect(names.filter((name) => new RegExp(`[.{,]${name}\\b`).test(built))).toEqual([]);
});
