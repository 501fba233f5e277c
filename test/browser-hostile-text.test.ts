/** Whatever a person types or pastes is shown as text, to both, whole and in its own direction. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TEXT_MAX } from '../shared/limits.ts';
import { keepPicture, useBrowser, watch, type Watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
let visitor: Visitor;
let agent: Agent;
let pages: Watch[];
let conversations = 0;

beforeAll(async () => { gateway = await startGateway({ env: { RATE_VISITOR_MESSAGES: '1000/1000' } }); });
afterAll(() => gateway.stop());

/** A conversation that both look at. */
beforeEach(async () => {
  showLogOnFailure(gateway);
  visitor = new Visitor(await browser.page());
  agent = new Agent(await browser.page());
  pages = [watch(visitor.page), watch(agent.page)];
  conversations += 1;
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say(`Talk number ${conversations}.`);
  await agent.enter(gateway);
  await agent.open(`Talk number ${conversations}.`);
});

/** Each says it, and each shows exactly that. */
async function bothSay(text: string, shown = text): Promise<void> {
  const before = (await visitor.shown()).length;
  await visitor.say(text);
  await until(async () => (await visitor.shown()).length === before + 1 && (await agent.shown()).length === before + 1, { what: `"${text.slice(0, 40)}" to arrive` });
  await agent.reply(text);
  await until(async () => (await visitor.shown()).length === before + 2, { what: `"${text.slice(0, 40)}" to come back` });
  expect((await visitor.shown()).slice(before)).toEqual([shown, shown]);
  await until(async () => {
    expect((await agent.shown()).slice(before)).toEqual([shown, shown]);
    return true;
  });
}

/** Nothing sticks out sideways. */
async function fits(element: Locator): Promise<boolean> {
  return element.evaluate((box) => box.scrollWidth <= box.clientWidth + 1);
}

it.each([
  ['markup', '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script><b>bold</b><style>*{display:none}</style>'],
  ['entities', '&lt;b&gt; &amp;amp; &#x3c;script&#x3e; &nbsp;'],
  ['a template', '${window.hacked = 1} {{constructor.constructor("window.hacked = 1")()}} <%= 1 %>'],
  ['SQL', "Robert'); drop table miradesk.entries; --"],
  ['attributes', '" onmouseover="window.hacked = 1" x="\' onfocus=window.hacked=1 autofocus'],
  ['JSON and protocol packets', '42/visitor,["entry:created",{"entry":{}}]\u2028{"__proto__":{"hacked":1}}'],
])('%s is text', async (_, text) => {
  await bothSay(text);
  for (const page of [visitor.page, agent.page]) {
    expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked ?? ({} as { hacked?: unknown }).hacked)).toBeUndefined();
  }
  expect(await visitor.log.locator('img, script, style, b').count()).toBe(0);
  expect(await agent.log.locator('img, script, style, b').count()).toBe(0);
  expect(pages.flatMap(({ errors }) => errors).filter((error) => !error.includes('401'))).toEqual([]);
});

it('only addresses of the web become links, and links leave nothing open', async () => {
  await bothSay('javascript:alert(1) data:text/html,<script>1</script> https://kettle.example/a?b=1&c="x" <https://kettle.example/d>');
  for (const log of [visitor.log, agent.log]) {
    const links = await log.getByRole('link').evaluateAll((found) => found.map((link) => ({ href: link.getAttribute('href'), rel: link.getAttribute('rel'), target: link.getAttribute('target') })));
    expect(links.length).toBeGreaterThanOrEqual(2);
    for (const link of links) {
      expect(link.href).toMatch(/^https:\/\/kettle\.example\//);
      expect(link.rel).toContain('noopener');
      expect(link.rel).toContain('noreferrer');
      expect(link.target).toBe('_blank');
    }
  }
});

it('a hundred thousand characters are counted, kept and never sent; the longest that may be are', async () => {
  const endless = 'tea '.repeat(25_000).trimEnd();
  await visitor.composer.fill(endless);
  await visitor.panel.getByText(`${(endless.length - TEXT_MAX).toLocaleString('en')} characters too many`).waitFor();
  await visitor.composer.press('Enter');
  expect(await visitor.composer.inputValue()).toBe(endless);
  await keepPicture(visitor.page, 'widget-too-long');
  await agent.composer.fill(endless);
  await agent.page.getByText(/characters too many/).waitFor();
  await agent.composer.press('Enter');
  expect(await agent.composer.inputValue()).toBe(endless);
  await agent.composer.fill('');

  const longest = `${'x'.repeat(TEXT_MAX - 2)} y`;
  await bothSay(longest);
  expect(await visitor.shown()).toHaveLength(3);
});

it('long words, stacked marks and emoji stay inside their bubbles', async () => {
  await bothSay('Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(6));
  await bothSay('Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞');
  await bothSay('👩‍👩‍👧‍👦🏳️‍🌈🇺🇦👍🏽');
  await bothSay('https://kettle.example/'.padEnd(900, 'a'));
  expect(await fits(visitor.log)).toBe(true);
  expect(await fits(agent.log)).toBe(true);
  await keepPicture(visitor.page, 'widget-long-words');
  await keepPicture(agent.page, 'inbox-long-words');
});

it('right-to-left text runs its own way, and a direction mark does not turn its surroundings', async () => {
  const arabic = 'مرحبا، هل إبريق الشاي متوفر؟';
  await bothSay(arabic);
  for (const log of [visitor.log, agent.log]) {
    const directions = await log.getByText(arabic).evaluateAll((found) => found.map((text) => getComputedStyle(text).direction));
    expect(directions).toEqual(['rtl', 'rtl']);
  }
  await bothSay('safe \u202Egnp.exe\u2066 name');
  await visitor.log.getByText('Delivered').or(visitor.log.getByText('Seen')).first().waitFor();
  await keepPicture(visitor.page, 'widget-right-to-left');
});

it('control characters go, line breaks and inner spaces stay, and nothing but spaces is not sent', async () => {
  await bothSay('a\u0007b\u0000c\u001B[31md', 'abc[31md');
  await bothSay('  first line\n\n  third   line  ', 'first line\n\n  third   line');
  const before = await visitor.shown();
  for (const nothing of ['   ', '\n\n', '\u200B\u2060\uFEFF', '\u3164']) {
    await visitor.say(nothing);
    await agent.reply(nothing);
  }
  await visitor.composer.fill('');
  await agent.composer.fill('');
  await visitor.say('The end');
  await agent.sees('The end');
  expect(await visitor.shown()).toEqual([...before, 'The end']);
  expect(await agent.shown()).toEqual([...before, 'The end']);
});

it("a page's hostile title and address are text in the inbox", async () => {
  await visitor.page.evaluate(() => {
    document.title = '<img src=x onerror="window.hacked = 1">\u202E"title"';
    history.replaceState(null, '', '/demo/?q=<script>window.hacked=1</script>#"onload="1');
  });
  await visitor.say('From a strange page');
  await agent.sees('From a strange page');
  await agent.pane.getByText('<img src=x onerror=').first().waitFor();
  expect(await agent.page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined();
  const links = await agent.page.getByRole('link', { name: /<img/ }).evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
  expect(links.length).toBeGreaterThan(0);
  for (const href of links) expect(href).toMatch(/^(https?:\/\/|\/console\/)/);
});
