// @vitest-environment happy-dom
/** What an open conversation loads by itself: the panel, and the words of its language. Everything else comes when it is needed. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { until } from './harness/until.ts';
import { FakeGateway } from './widget-fake-gateway.ts';
import { bubbles, find, freshBrowser, launcher, leavePage, loadWidget, openPanel, root, say } from './widget-page.ts';

const loaded: string[] = [];
vi.mock('../widget/beside.ts', () => ({
  beside(file: string) {
    loaded.push(file);
    return import(/* @vite-ignore */ new URL(`../widget/${file}`, import.meta.url).href);
  },
}));

let gateway: FakeGateway;

beforeEach(() => {
  loaded.length = 0;
  gateway = new FakeGateway();
  freshBrowser(gateway);
});
afterEach(() => {
  leavePage();
  vi.unstubAllGlobals();
});

it('[W2] opening, writing, being answered and closing load the words, and no part', async () => {
  await loadWidget();
  launcher().dispatchEvent(new Event('pointerenter'));
  await openPanel();
  await say('Is it open?');
  await until(() => gateway.logs.size === 1);
  gateway.say([...gateway.logs.keys()][0] as string, 'It is.');
  await until(() => bubbles().length === 2);
  find<HTMLButtonElement>('[aria-label="Close chat"]').click();
  expect(loaded.filter((file) => !/alerts|-more/.test(file))).toEqual(['./locales/en.ts']);
});

it('a part comes with its words when it is asked for', async () => {
  await loadWidget();
  await openPanel();
  find<HTMLButtonElement>('[aria-label="Emoji"]').click();
  await until(() => root().querySelector('.emoji'));
  expect(loaded).toEqual(expect.arrayContaining(['./locales/en.ts', './parts/emoji.tsx', './locales/en-more.ts']));
});
