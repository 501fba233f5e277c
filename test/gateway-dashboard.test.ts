/** The dashboard and the alert rules ask for figures that /metrics has, by labels and values that it has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS } from '../shared/errors.ts';
import { agentRequests, visitorRequests } from '../shared/protocol.ts';
import { root } from './harness/build.ts';
import { startTestGateway, type TestGateway } from './harness/gateway-app.ts';
import { parseMetrics, type Family } from './harness/prometheus.ts';
import { until } from './harness/until.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Panel { id: number; type: string; title: string; gridPos: { h: number; w: number; x: number; y: number }; targets?: Array<{ refId: string; expr: string; datasource: unknown }> }
interface Dashboard {
  title: string; uid: string; id: null; schemaVersion: number; panels: Panel[];
  templating: { list: Array<{ name: string; definition?: string }> };
}

let gateway: TestGateway;
let families: Map<string, Family>;

beforeAll(async () => {
  gateway = await startTestGateway();
  // Of the event loop there is nothing in the first answer.
  families = await until(async () => {
    const all = parseMetrics(await (await fetch(`${gateway.url}/metrics`)).text());
    return (all.get('miradesk_event_loop_delay_seconds')?.samples.length ?? 0) > 0 && all;
  });
});

afterAll(() => gateway.close());

/** Prometheus gives every figure these. */
const OF_PROMETHEUS = new Set(['job', 'instance', 'le']);
const RESULTS = ['ok', ...Object.keys(ERRORS)];

/** What is wrong with the figures an expression asks for. */
function problemsOf(expression: string): string[] {
  const problems: string[] = [];
  for (const [, name = '', matchers = ''] of expression.matchAll(/\b(miradesk_[a-z_]+)(?:\{([^}]*)\})?/g)) {
    const family = families.get(name) ?? (/_(bucket|sum|count)$/.test(name) ? families.get(name.replace(/_(bucket|sum|count)$/, '')) : undefined);
    if (!family || (family.type === 'histogram') !== (family.name !== name)) {
      problems.push(`there is no ${name}`);
      continue;
    }
    for (const [, label = '', operator = '', text = ''] of matchers.matchAll(/([a-z]+)(=~|!=|!~|=)"([^"]*)"/g)) {
      if (OF_PROMETHEUS.has(label)) continue;
      const values = label === 'result' ? RESULTS : family.samples.map(({ labels }) => labels[label]);
      for (const value of operator.endsWith('~') ? text.split('|') : [text]) if (!values.includes(value)) problems.push(`${name} has no ${label}="${value}"`);
    }
  }
  const labels = new Set([...families.values()].flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample.labels))));
  for (const [, list = ''] of expression.matchAll(/\bby \(([^)]*)\)/g)) {
    for (const label of list.split(',').map((part) => part.trim())) if (!labels.has(label) && !OF_PROMETHEUS.has(label)) problems.push(`there is no label ${label}`);
  }
  for (const [open, close] of ['()', '{}', '[]']) if (expression.split(open as string).length !== expression.split(close as string).length) problems.push(`${open}${close} do not match`);
  return problems;
}

/** Counters are asked for their growth, others for what they are. */
function misused(expression: string): string[] {
  return [...expression.matchAll(/(\w+)\((miradesk_[a-z_]+)(?:\{[^}]*\})?(\[)?/g)].filter(([, fn = '', name = '', range]) => {
    const counts = /_(total|bucket|sum|count)$/.test(name);
    return ['rate', 'increase'].includes(fn) ? !counts || !range : counts;
  }).map(([all]) => all);
}

describe('docs/dashboard/miradesk.json', () => {
  const dashboard = JSON.parse(read('docs/dashboard/miradesk.json')) as Dashboard;
  const targets = dashboard.panels.flatMap(({ title, targets: of = [] }) => of.map((target) => ({ title, ...target })));

  it('is a dashboard that Grafana 11 and later import', () => {
    expect(dashboard).toMatchObject({ title: 'MiraDesk', uid: 'miradesk', id: null });
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(new Set(dashboard.panels.map(({ type }) => type))).toEqual(new Set(['row', 'stat', 'timeseries', 'table']));
    for (const { datasource, title } of targets) expect(datasource, title).toEqual({ type: 'prometheus', uid: '${datasource}' });
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance']);
  });

  it('lays its panels beside and below each other', () => {
    for (const { title, gridPos: { x, w } } of dashboard.panels) expect(x + w, title).toBeLessThanOrEqual(24);
    for (const [index, { title, gridPos: a }] of dashboard.panels.entries()) {
      for (const { title: other, gridPos: b } of dashboard.panels.slice(index + 1)) {
        const overlap = a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
        expect(overlap, `${title} on ${other}`).toBe(false);
      }
    }
  });

  it('asks for figures that there are', () => {
    expect(targets.length).toBeGreaterThan(25);
    const variables = dashboard.templating.list.flatMap(({ definition = '' }) => problemsOf(definition));
    expect([...targets.flatMap(({ expr }) => [...problemsOf(expr), ...misused(expr)]), ...variables]).toEqual([]);
  });

  it('shows every figure but the legends of others', () => {
    const shown = targets.map(({ expr }) => expr).join(' ');
    for (const name of families.keys()) expect(shown, name).toContain(name);
  });

  it('names requests that exist', () => {
    const events = targets.flatMap(({ expr }) => [...expr.matchAll(/event=~"([^"]+)"/g)].flatMap(([, text = '']) => text.split('|')));
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(Object.keys({ ...visitorRequests, ...agentRequests })).toContain(event);
  });
});

describe('docs/dashboard/alerts.yml', () => {
  const text = read('docs/dashboard/alerts.yml');
  const rules = text.split(/^ {6}- /m).slice(1);

  it('is YAML of the form Prometheus takes', () => {
    const [head = ''] = text.split(/^ {6}- /m);
    expect(head.replace(/^#.*\n/gm, '')).toBe('groups:\n  - name: miradesk\n    rules:\n');
    const rule = /^alert: (MiraDesk[A-Za-z]+)\n {8}expr: ([^\n:]*(?::[^\s][^\n:]*)*)\n(?: {8}for: \d+[smh]\n)? {8}labels:\n {10}severity: (critical|warning)\n {8}annotations:\n {10}summary: [^\n]+\.\n {10}description: [^\n]+\.\n$/;
    for (const one of rules) expect(one).toMatch(rule);
    // Of what stands after a colon nothing may read as a mapping or a comment of its own.
    for (const [, value = ''] of text.matchAll(/^ +(?:expr|summary|description): (.*)$/gm)) expect(value).not.toMatch(/: | #|^[{["'&*!|>%@`]/);
    expect(new Set(rules.map((one) => one.split('\n')[0])).size).toBe(rules.length);
  });

  it('asks for figures that there are', () => {
    const expressions = [...text.matchAll(/expr: (.*)$/gm)].map(([, expression = '']) => expression);
    expect(expressions.length).toBe(rules.length);
    expect(expressions.flatMap((expression) => [...problemsOf(expression), ...misused(expression)])).toEqual([]);
  });

  it('is explained, rule by rule, in docs/operations.md', () => {
    const operations = read('docs/operations.md');
    for (const [, alert = ''] of text.matchAll(/alert: (\w+)/g)) expect(operations, alert).toContain(`\`${alert}\``);
  });

  it('is checked by something that notices what is wrong', () => {
    expect(problemsOf('sum by (job) (rate(miradesk_gone_total[5m]))')).toEqual(['there is no miradesk_gone_total']);
    expect(problemsOf('miradesk_requests_total{result="fine"}')).toEqual(['miradesk_requests_total has no result="fine"']);
    expect(problemsOf('miradesk_ack_latency_seconds')).toEqual(['there is no miradesk_ack_latency_seconds']);
    expect(problemsOf('sum by (workspace) (miradesk_connections)')).toEqual(['there is no label workspace']);
    expect(misused('sum(rate(miradesk_connections[5m])) + max(miradesk_requests_total)')).toHaveLength(2);
  });
});

describe('docs/operations.md', () => {
  it('lists every figure, with its kind', () => {
    const rows = new Map([...read('docs/operations.md').matchAll(/^\| `(miradesk_[a-z_]+)` \| (counter|gauge|histogram) \|/gm)].map(([, name = '', type = '']) => [name, type]));
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries([...families.values()].map(({ name, type }) => [name, type])));
  });
});
