/** axe-core in a page: what keeps people with assistive technology out. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { until } from './until.ts';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 A and AA, and what axe holds for good practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Found { violations: Array<{ id: string; help: string; nodes: Array<{ target: unknown[]; failureSummary?: string }> }> }

/** Passes when axe finds nothing in the page and its shadow roots. Looks again for a moment, so that nothing is measured halfway through a transition. `except`: rules left out. */
export async function expectAccessible(page: Page, except: readonly string[] = []): Promise<void> {
  await until(async () => {
    const found = await violations(page, except);
    if (found.length > 0) throw new Error(`axe finds:\n${found.join('\n')}`);
    return true;
  }, { timeout: 4_000, every: 200, what: 'an accessible page' });
}

async function violations(page: Page, except: readonly string[]): Promise<string[]> {
  await page.evaluate(source);
  const result = await page.evaluate(
    ({ tags, off }) => (window as unknown as { axe: { run(options: object): Promise<unknown> } }).axe.run({
      runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], rules: Object.fromEntries(off.map((id) => [id, { enabled: false }])),
    }),
    { tags: TAGS, off: except },
  ) as Found;
  return result.violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${JSON.stringify(target)}: ${failureSummary?.replaceAll('\n', ' ')}`));
}
