/** What the log says to screen readers: it is a live region, so whatever is put into it is read out, and must be put in once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BadNetwork } from './harness/bad-network.ts';
import { useBrowser } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Visitor } from './harness/people.ts';
import { Member, setSettings } from './harness/team.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
let network: BadNetwork;
beforeAll(async () => {
  gateway = await startGateway({ env: { RATE_MEMBER_REQUESTS: '5000/1000' } });
  network = await BadNetwork.start({ to: Number(new URL(gateway.url).port) });
  await setSettings(gateway, { rating: false });
});
afterAll(async () => {
  await network.stop();
  await gateway.stop();
});

/** Listens to the log from now on. The answer tells what a screen reader was given to read out since, in order. */
async function listen({ page, log }: Visitor): Promise<() => Promise<string>> {
  await log.evaluate((region) => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const said = (node: Node): boolean => {
      const element = node instanceof Element ? node : node.parentElement;
      // The nearest says it; what is hidden is not read.
      return region.contains(node) && element?.closest('[aria-live]')?.getAttribute('aria-live') === 'polite' && !element.closest('[aria-hidden=true], [hidden]');
    };
    const texts = (node: Node): Node[] => (node instanceof Text ? [node] : [...node.childNodes].flatMap(texts));
    new MutationObserver((changes) => {
      const nodes = changes.flatMap(({ type, target, addedNodes }) => (type === 'characterData' ? [target] : [...addedNodes].flatMap(texts)));
      for (const node of new Set(nodes)) if (said(node) && node.textContent) heard.push(node.textContent);
    }).observe(region, { childList: true, characterData: true, subtree: true });
  });
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard.splice(0).join(''));
}

/** Old messages were put in, and are passed over. */
function settled({ log }: Visitor): Promise<boolean> {
  return until(async () => (await log.getAttribute('aria-live')) === 'polite', { what: 'the log to read out again' });
}

it('[W6] the log reads out every message once, whatever becomes of it and of the connection, and nothing from the past', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const member = await Member.of(gateway);
  await visitor.visit(`${network.url}/demo/`);
  await visitor.say('Hello 1');
  const first = await member.conversationWith('Hello 1');
  await Promise.all(Array.from({ length: 119 }, (_, count) => member.says(first, `Past ${count}`)));
  await visitor.openList();
  await visitor.button('New conversation').click();
  await visitor.say('Good morning');
  const second = await member.conversationWith('Good morning');
  await settled(visitor);
  let heard = await listen(visitor);

  // Its own message: waiting, sent, delivered, seen. The author is there for those who hear it only.
  await visitor.say('Is *this* said once? See https://kettle.example/moon');
  await member.conversationWith('Is *this* said once? See https://kettle.example/moon');
  await member.client.does('read:mark', { conversationId: second, seen: 2 });
  await visitor.log.getByText('Seen').waitFor();
  expect(await heard()).toBe('You: Is this said once? See https://kettle.example/moon');

  // An answer, after somebody was seen to type it.
  await member.client.does('typing:set', { conversationId: second, typing: true });
  await visitor.log.getByText('is typing').waitFor();
  const { author } = await member.says(second, 'It *is*, I hope') as unknown as { author: { name: string } };
  await visitor.log.locator('.bubble :is(b, i)', { hasText: /^is$/ }).waitFor();
  await visitor.log.getByText('is typing').waitFor({ state: 'detached' });
  expect(await heard()).toBe(`${author.name}: It is, I hope`);

  // Away and back: only what came meanwhile, and what was written meanwhile.
  network.become('captive');
  await visitor.banner.waitFor();
  await visitor.say('Written in a tunnel');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  expect(await heard()).toBe('You: Written in a tunnel');
  await member.says(second, 'Said meanwhile');
  network.become('well');
  await visitor.sees('Said meanwhile');
  await visitor.log.getByText(/Sent|Delivered/).waitFor({ timeout: 30_000 });
  expect(await heard()).toBe(`${author.name}: Said meanwhile`);

  // Closed, and opened again by writing.
  await member.closes(second);
  await visitor.log.getByText('Conversation closed').waitFor();
  expect(await heard()).toBe('Conversation closed. Write any time to reopen it.');

  // A long conversation of before, its past, and its future.
  await visitor.page.reload();
  await visitor.openChat();
  await visitor.sees('Said meanwhile');
  await settled(visitor);
  heard = await listen(visitor);
  await visitor.openList();
  await visitor.conversation('Past').click();
  await until(async () => (await visitor.shown()).length === 50, { what: 'the other conversation' });
  await settled(visitor);
  await visitor.button('Show earlier messages').click();
  await until(async () => (await visitor.shown()).length === 100, { what: 'an earlier page' });
  await settled(visitor);
  expect(await heard()).toBe('');
  await member.says(first, 'And now the news');
  await visitor.sees('And now the news');
  expect(await heard()).toBe(`${author.name}: And now the news`);
});
