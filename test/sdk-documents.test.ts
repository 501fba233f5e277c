/** What site owners read is what there is: verbs, events, examples, links. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { runInNewContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { proveIdentity } from '../gateway/identity.ts';
import { root } from './harness/build.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sdk = read('docs/sdk.md');
const types = read('widget/sdk-types.ts');

/** The members of an interface of widget/sdk-types.ts. */
function membersOf(name: string): string[] {
  const body = new RegExp(`interface ${name} \\{([^]*?)\\n\\}`).exec(types)?.[1] ?? '';
  return [...body.matchAll(/^ {2}'?([\w:]+)'?[?:(<]/gm)].map(([, member = '']) => member);
}

/** A section with its subsections. */
function sectionOf(text: string, heading: string): string {
  return new RegExp(`\\n## ${heading}\\n([^]*?)(?=\\n## |$)`).exec(text)?.[1] ?? '';
}

/** Examples of a language, without the indentation that a list gives them. */
function examplesOf(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^\\1\`\`\`$`, 'gm'))].map(([, indent = '', code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

const firstCells = (section: string): string[] => [...section.matchAll(/^\| `(?:MiraDesk\.)?([\w:]+)[`(]/gm)].map(([, name = '']) => name);

describe('docs/sdk.md', () => {
  it('has a row for every verb, and for no other', () => {
    const verbs = membersOf('MiraDesk');
    expect(verbs).toContain('startConversation');
    expect(firstCells(sectionOf(sdk, 'Verbs')).toSorted()).toEqual(verbs.toSorted());
  });

  it('has a row for every event, and an example of each that tells something', () => {
    const events = membersOf('WidgetEvents');
    expect(events).toContain('message:received');
    const section = sectionOf(sdk, 'Events');
    expect(firstCells(section).toSorted()).toEqual(events.toSorted());
    for (const event of events.filter((name) => !['ready', 'open', 'close', 'destroy'].includes(name))) expect(section).toContain(`MiraDesk.on('${event}', (`);
  });

  it('has a row for every field of getState()', () => {
    expect(firstCells(sectionOf(sdk, 'State'))).toEqual(membersOf('WidgetState'));
  });

  it('has an example in every section', () => {
    const sections = [...sdk.matchAll(/\n##+ (.+)\n([^]*?)(?=\n##+ |$)/g)].map(([, heading, text = '']) => ({ heading, text })).filter(({ heading }) => heading !== 'Verbs');
    expect(sections.length).toBeGreaterThan(20);
    expect(sections.filter(({ text }) => !/^ *```(?:js|jsx|html|css)$/m.test(text)).map(({ heading }) => heading)).toEqual([]);
  });

  it('shows code that parses', () => {
    const scripts = [...examplesOf(sdk, 'js').map((code) => ({ code, loader: 'js' as const })), ...examplesOf(sdk, 'jsx').map((code) => ({ code, loader: 'jsx' as const })), ...examplesOf(sdk, 'css').map((code) => ({ code, loader: 'css' as const }))];
    expect(scripts.length).toBeGreaterThan(25);
    for (const { code, loader } of scripts) expect(transformSync(code, { loader, logLevel: 'silent' }).warnings, code).toEqual([]);
    for (const page of examplesOf(sdk, 'html')) {
      for (const [, script = ''] of page.matchAll(/<script[^>]*>([^]*?)<\/script>/g)) expect(() => transformSync(script), script).not.toThrow();
      // What is opened is closed, but for a lone <html>.
      for (const tag of ['script', 'button']) expect(page.split(`<${tag}`).length, page).toBe(page.split(`</${tag}>`).length);
      for (const [, name, json = ''] of page.matchAll(/ (data-[\w-]+)='([^']*)'/g)) expect(() => JSON.parse(json) as unknown, name).not.toThrow();
    }
  });

  it('signs identities that the gateway believes', async () => {
    const signing = examplesOf(sdk, 'js').flatMap((code) => /^const part [^]*?\n\}$/m.exec(code.replace('export function', 'function'))?.[0] ?? []);
    expect(signing).toHaveLength(2);
    const { createHmac } = await import('node:crypto');
    for (const code of signing) {
      const secret = 'the secret of the workspace';
      const token = runInNewContext(`${code}\nsignIdentity({ id: 'user-7', name: 'Mia', email: 'mia@example.com' })`, { createHmac, Buffer, process: { env: { MIRADESK_IDENTITY_SECRET: secret } } }) as string;
      await expect(proveIdentity({ identitySecret: secret }, { token })).resolves.toMatchObject({ userId: 'user-7', signed: { name: 'Mia', email: 'mia@example.com' } });
    }
  });

  it('names custom properties that the panel has, in light and dark', () => {
    const dark = /prefers-color-scheme: dark\) \{([^]*?)\n\}/.exec(read('shared/tokens.css'))?.[1] ?? '';
    const named = [...sectionOf(sdk, 'Theming').matchAll(/(--[\w-]+)/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(10);
    for (const name of named) expect(dark, name).toContain(`${name.replace('--miradesk-', '--')}:`);
  });
});

it('the stub keeps every verb that can wait, wherever it is shown', () => {
  const stubs = [...sdk.matchAll(/<script>\n([^]*?q: \[\][^]*?)<\/script>/g)].map(([, code = '']) => code);
  expect(stubs).toHaveLength(1);
  for (const code of [...stubs, read('examples/chat-stub.js')]) {
    const page: { MiraDesk?: { q?: unknown } } = {};
    runInNewContext(code, { window: page });
    expect(Object.keys(page.MiraDesk ?? {}).filter((name) => name !== 'q').toSorted()).toEqual(membersOf('MiraDesk').filter((name) => name !== 'getState').toSorted());
  }
  expect(read('README.md')).not.toContain('q: []');
});

/** A document without its code, where signs of Markdown mean something else. */
const prose = (path: string): string => read(path).replaceAll(/^( *)```[^]*?^\1```$/gm, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

/** As GitHub names the anchors of headings. */
const anchorsOf = (path: string): string[] => [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-'));

it('links within the documents lead somewhere', () => {
  const documents = ['README.md', 'SPEC.md', 'CONTRIBUTING.md', 'examples/README.md', ...globSync('docs/*.md', { cwd: root })];
  const broken = documents.flatMap((document) => [...prose(document).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(([link, file = '', anchor]) => {
    const target = file === '' ? document : normalize(join(dirname(document), file));
    const holds = existsSync(join(root, target)) && (!anchor || anchorsOf(target).includes(anchor));
    return holds ? [] : [`${document}: ${link}`];
  }));
  expect(documents.length).toBeGreaterThan(10);
  expect(broken).toEqual([]);
});

it('docs/accessibility.md names tests that exist', () => {
  const named = new Set([...read('docs/accessibility.md').matchAll(/`(test\/[\w.-]+)`/g)].map(([, file = '']) => file));
  expect(named.size).toBeGreaterThan(5);
  expect([...named].filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
