/** The documents say what the code says: names, values, sentences and defaults come from one place and are compared here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../gateway/config.ts';
import { statusOf } from '../gateway/request-errors.ts';
import { ERRORS, RETRYABLE, type ErrorCode } from '../shared/errors.ts';
import * as limits from '../shared/limits.ts';
import { agentRequests, visitorRequests } from '../shared/protocol.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const protocol = read('docs/protocol.md');

/** Events named in an interface of shared/protocol.ts, where they are types only. */
function newsOf(name: string): string[] {
  const body = new RegExp(`interface ${name}[^{]*{([^]*?)\n}`).exec(read('shared/protocol.ts'))?.[1] ?? '';
  return [...body.matchAll(/'([a-z]+:[a-z]+)':/g)].map(([, event = '']) => event);
}

describe('docs/protocol.md', () => {
  it('describes every request of both namespaces in its own section', () => {
    const [, visitors = '', agents = ''] = /\n## Requests of visitors\n([^]*?)\n## Requests of agents\n([^]*?)\n## News\n/.exec(protocol) ?? [];
    for (const event of Object.keys(visitorRequests)) expect(visitors, event).toContain(`### \`${event}\``);
    for (const event of Object.keys(agentRequests)) expect(agents, event).toContain(`\`${event}\``);
    // What agents ask like visitors is said once, above; everything else has its heading.
    for (const event of Object.keys(agentRequests).filter((name) => !['log:sync', 'history:load', 'typing:set'].includes(name))) expect(agents, event).toContain(`### \`${event}\``);
  });

  it('names every field of every request', () => {
    for (const [event, schema] of [...Object.entries(visitorRequests), ...Object.entries(agentRequests)]) {
      for (const field of Object.keys(schema.shape)) expect(protocol, `${event}.${field}`).toMatch(new RegExp(`\`${field}\`|[{ ]${field}[,}]`));
    }
  });

  it('lists all news', () => {
    const news = /\n## News\n([^]*?)\n## /.exec(protocol)?.[1] ?? '';
    for (const event of [...newsOf('CommonNews'), ...newsOf('VisitorNews')]) expect(news, event).toContain(`| \`${event}\``);
    for (const event of newsOf('AgentNews')) expect(news, event).toContain(`\`${event}\``);
    expect(newsOf('AgentNews')).toContain('session:ended');
  });

  it('lists every error code with its sentence, whether trying again helps, and its HTTP status', () => {
    const rows = new Map([...protocol.matchAll(/^\| `([a-z_]+)` \| ([^|]+) \| (yes|no) \| (\d*) ?\|/gm)].map(([, code = '', sentence = '', retry = '', status = '']) => [code, { sentence, retry, status }]));
    expect([...rows.keys()]).toEqual(Object.keys(ERRORS));
    for (const [code, sentence] of Object.entries(ERRORS)) {
      const status = rows.get(code)?.status;
      expect(rows.get(code)).toEqual({ sentence, retry: RETRYABLE.has(code) ? 'yes' : 'no', status: status ? String(statusOf(code as ErrorCode)) : '' });
    }
  });

  it('lists every limit with its value', () => {
    const rows = Object.fromEntries([...protocol.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, name, value]) => [name, Number(value)]));
    const { SETTINGS_MAX, ...numbers } = limits;
    expect(rows).toEqual(numbers);
    expect(protocol).toContain(`| \`SETTINGS_MAX\` | ${Object.entries(SETTINGS_MAX).map(([name, value]) => `${name} ${value}`).join(', ')} |`);
  });

  it('names the rates that are the default', () => {
    const [messages, requests, members, connections] = [SETTINGS.rateVisitorMessages, SETTINGS.rateVisitorRequests, SETTINGS.rateMemberRequests, SETTINGS.rateConnections].map((setting) => setting.default.split('/'));
    const sentence = /By default a visitor may send ([^]*?)Above that/.exec(protocol)?.[1]?.replace(/\s+/g, ' ');
    expect(sentence).toBe(`${messages?.[0]} messages at once and ${messages?.[1]} more every second, and ${requests?.[0]} other requests and ${requests?.[1]} more every second, over all of their connections; a member ${members?.[0]} requests and ${members?.[1]} more every second. From one address come at most ${connections?.[0]} connections at once and ${connections?.[1]} more every second. `);
  });

  it('has no broken links within the documents', () => {
    for (const document of ['docs/protocol.md', 'docs/operations.md', 'docs/security.md', 'docs/privacy.md']) {
      for (const [, file = '', anchor] of read(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
        const target = file === '' ? document : join('docs', file);
        expect(existsSync(join(root, target)), `${document} → ${target}`).toBe(true);
        if (!anchor) continue;
        const anchors = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replace(/[^\w\s-]/g, '').trim().replace(/\s+/g, '-'));
        expect(anchors, `${document} → ${target}#${anchor}`).toContain(anchor);
      }
    }
  });
});

describe('docs/operations.md', () => {
  it('lists every setting with its default and its sentence, in the order of --help', () => {
    const rows = [...read('docs/operations.md').matchAll(/^\| `([A-Z_]+)` \| (?:`([^|]*)`)? ?\| (.+) \|$/gm)].map(([, name, standard = '', sentence]) => ({ name, standard, sentence }));
    expect(rows).toEqual(Object.values(SETTINGS).map(({ name, default: standard, sentence }) => ({ name, standard: standard ?? '', sentence })));
  });
});

describe('docs/security.md', () => {
  it('names tests that exist, and codes that exist', () => {
    const text = read('docs/security.md');
    const tests = [...text.matchAll(/`(test\/[\w.-]+)`/g)].map(([, file = '']) => file);
    expect(tests.length).toBeGreaterThan(10);
    for (const file of tests) expect(existsSync(join(root, file)), file).toBe(true);
    const codes = [...text.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code = '']) => code).filter((code) => code !== 'miradesk_session');
    for (const code of codes) expect(Object.keys(ERRORS), code).toContain(code);
  });
});
