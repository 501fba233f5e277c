/** What the widget costs the page that carries it, before anybody clicks: work, shifts, requests, and what Lighthouse makes of it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { findOrInstallBrowser } from '../test/harness/browser-executable.ts';
import { startGateway } from './servers.ts';
import { type Line, median, ms } from './table.ts';
import { startDemoSite, type Variant } from './widget-page.ts';

/** How much slower than this machine's the processor is made. */
const SLOWDOWN = 4;
/** Pages loaded of each variant in a round; the first of a browser are slower and do not count. */
const LOADS = 12;
const WARM_UP = 2;
/** Fetched by npx when it is asked for: 170 MB that nothing else needs. */
const LIGHTHOUSE = 'lighthouse@13.5.0';
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const;

const ARGS = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Milliseconds of processor time: what the script itself took, and the whole main thread until nothing happens any more. */
interface Work { script: number; task: number }

interface TraceEvent { name: string; ph: string; ts: number; dur?: number; tdur?: number; args?: { data?: { url?: string } } }

/** Loads a bare page with a script in it. */
async function workOf(browser: Browser, address: string, slowdown: number): Promise<Work> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  try {
    const tools = await page.context().newCDPSession(page);
    await tools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await tools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await browser.startTracing(page, { categories: ['devtools.timeline', 'v8'] });
    await page.goto(address, { waitUntil: 'networkidle' });
    const { metrics } = await tools.send('Performance.getMetrics');
    const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: TraceEvent[] };
    // Thread time: what the machine does besides is not counted, what the slowdown adds is.
    const runs = traceEvents.filter(({ name, ph, args }) => ph === 'X' && (name === 'EvaluateScript' || name === 'FunctionCall') && args?.data?.url?.endsWith('/w/demo.js'));
    const outermost = runs.filter((run) => !runs.some((other) => other !== run && other.ts <= run.ts && other.ts + (other.dur ?? 0) >= run.ts + (run.dur ?? 0)));
    if (outermost.length === 0) throw new Error('The trace does not show the script');
    return {
      script: outermost.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1_000,
      task: (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000,
    };
  } finally {
    await page.close();
  }
}

/** Loads the demo page, scrolls through it, and counts. */
async function countsOf(browser: Browser, address: string): Promise<{ shifts: number; requests: number }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  try {
    let requests = 0;
    page.on('request', () => { requests += 1; });
    await page.addInitScript(() => {
      const found = { shifts: 0 };
      Object.assign(window, { found });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) found.shifts += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(address, { waitUntil: 'networkidle' });
    await page.mouse.wheel(0, 5_000);
    await page.waitForLoadState('networkidle');
    const { shifts } = await page.evaluate(() => (window as unknown as { found: { shifts: number } }).found);
    return { shifts, requests };
  } finally {
    await page.close();
  }
}

/** Each of the variants, in turns, so that whatever else the machine does disturbs all alike. */
async function workInTurns(browser: Browser, addressOf: (variant: Variant) => string, variants: readonly Variant[], loads: number, slowdown: number): Promise<Map<Variant, Work[]>> {
  const results = new Map<Variant, Work[]>(variants.map((variant) => [variant, []]));
  for (let turn = 0; turn < loads + WARM_UP; turn += 1) {
    for (const variant of variants) {
      const work = await workOf(browser, addressOf(variant), slowdown);
      if (turn >= WARM_UP) results.get(variant)?.push(work);
    }
  }
  return results;
}

type Scores = Record<(typeof CATEGORIES)[number], number>;

async function lighthouse(address: string): Promise<Scores> {
  const args = ['--yes', '--package', LIGHTHOUSE, '--', 'lighthouse', address, '--quiet', '--output=json', `--only-categories=${CATEGORIES.join(',')}`, `--chrome-flags=--headless=new ${ARGS.join(' ')}`];
  const { stdout } = await promisify(execFile)('npx', args, { env: { ...process.env, CHROME_PATH: findOrInstallBrowser() }, maxBuffer: 64 * 2 ** 20, timeout: 180_000 });
  const { categories } = JSON.parse(stdout) as { categories: Record<string, { score: number | null }> };
  return Object.fromEntries(CATEGORIES.map((name) => [name, Math.round((categories[name]?.score ?? Number.NaN) * 100)])) as Scores;
}

/** With and without, in turns; the medians are compared. */
async function byLighthouse(addressOf: (variant: Variant) => string, rounds: number): Promise<Line[]> {
  const scores: Record<'with' | 'without', Scores[]> = { with: [], without: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const variant of ['without', 'with'] as const) scores[variant].push(await lighthouse(addressOf(variant)));
    }
  } catch (error) {
    const [why = ''] = String(error).split('\n');
    return [{ figure: `Lighthouse (${LIGHTHOUSE} by npx, which could not be fetched or run: ${why})`, measured: 'not measured', baseline: null, ratio: null, target: 'within 1 point', met: false }];
  }
  return CATEGORIES.map((name): Line => {
    const [ours, bare] = [median(scores.with.map((one) => one[name])), median(scores.without.map((one) => one[name]))];
    return { figure: `Lighthouse, ${name}`, measured: String(ours), baseline: `without ${bare}`, ratio: ours / bare, target: 'within 1 point', met: Math.abs(ours - bare) <= 1 };
  });
}

/** The lines of the suite. */
export async function measureWidget({ rounds }: { rounds: number }): Promise<Line[]> {
  const gateway = await startGateway({});
  const site = await startDemoSite(`http://localhost:${gateway.port}`);
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: ARGS });
  try {
    const onPage = async (where: string, addressOf: (variant: Variant) => string, slowdown: number): Promise<Line[]> => {
      const work = await workInTurns(browser, addressOf, ['empty', 'parsed', 'with'], LOADS * rounds, slowdown);
      const figure = (variant: Variant, name: keyof Work): number => median((work.get(variant) ?? []).map((one) => one[name]));
      const line = (what: string, name: keyof Work, over: 'empty' | 'parsed', limit?: number): Line => {
        const added = figure('with', name) - figure(over, name);
        return {
          figure: `${what}, ${where}, ${slowdown === 1 ? 'at full speed' : `${slowdown} times slower`}`, measured: ms(figure('with', name)),
          baseline: `${over === 'empty' ? 'an empty script' : 'as many bytes, only parsed'} ${ms(figure(over, name))}`, ratio: null,
          target: `added ${ms(added)}${limit === undefined ? '' : `, at most ${limit} ms`}`, met: limit === undefined ? null : added < limit,
        };
      };
      return [
        line('running the loader', 'script', 'empty', slowdown === 1 ? undefined : 10),
        line('running the loader', 'script', 'parsed'),
        line('main thread until all is quiet', 'task', 'empty'),
      ];
    };
    const work: Line[] = [];
    // The bare page is the harder one: whatever a browser does for the first element, the first style and the first listener of a page is counted as the loader's.
    for (const [where, addressOf] of [['demo page', site.address], ['bare page', site.bareAddress]] as const) {
      for (const slowdown of [1, SLOWDOWN]) work.push(...await onPage(where, addressOf, slowdown));
    }
    const [ours, bare] = [await countsOf(browser, site.address('with')), await countsOf(browser, site.address('without'))];
    const weight = gzipSync(site.loader, { level: 9 }).length;
    return [
      ...work,
      { figure: 'cumulative layout shift, demo page', measured: ours.shifts.toFixed(3), baseline: `without ${bare.shifts.toFixed(3)}`, ratio: null, target: 'none more', met: ours.shifts <= bare.shifts },
      { figure: 'requests before intent, demo page', measured: String(ours.requests), baseline: `without ${bare.requests}`, ratio: null, target: 'one more', met: ours.requests === bare.requests + 1 },
      { figure: 'loader with settings, gzip -9', measured: `${weight} bytes`, baseline: null, ratio: null, target: '<= 3,000 bytes', met: weight <= 3_000 },
      ...await byLighthouse(site.address, rounds),
    ];
  } finally {
    await browser.close();
    await site.close();
    await gateway.stop();
  }
}
