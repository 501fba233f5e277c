// @vitest-environment happy-dom
/** What an open conversation loads by itself: the panel, and the words of its language. Everything else comes when it is needed. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as Beside from '../widget/beside.ts';
import { until } from './harness/until.ts';
import { FakeGateway } from './widget-fake-gateway.ts';
import { bubbles, find, freshBrowser, launcher, leavePage, loadWidget, openPanel, root, type } from './widget-page.ts';

const { loaded } = vi.hoisted(() => ({ loaded: [] as string[] }));
vi.mock('../widget/beside.ts', async (original) => {
  const { beside } = await original<typeof Beside>();
  return {
    beside(file: string) {
      loaded.push(file);
      return beside(file);
    },
  };
});

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

it('[W2] opening, writing and sending load the words, and no part; an answer that nobody sees brings what calls attention to it, and the mark of what is new', async () => {
  await loadWidget();
  launcher().dispatchEvent(new Event('pointerenter'));
  await openPanel();
  type('Is it open?');
  find<HTMLButtonElement>('.send').click();
  await until(() => gateway.logs.size === 1 && bubbles().length === 1);
  expect(loaded).toEqual(['./locales/en.ts']);
  gateway.say([...gateway.logs.keys()][0] as string, 'It is.');
  await until(() => bubbles().length === 2);
  expect(loaded).toEqual(['./locales/en.ts']);
  launcher().click();
  gateway.say([...gateway.logs.keys()][0] as string, 'Come in!');
  await until(() => new Set(loaded).size > 3);
  // Parts ask for their words one by one; browsers fetch a module once.
  expect([...new Set(loaded)].toSorted()).toEqual(['./locales/en-more.ts', './locales/en.ts', './parts/alerts.tsx', './parts/mark.tsx']);
});

it('a part comes with its words when it is asked for', async () => {
  await loadWidget();
  await openPanel();
  find<HTMLButtonElement>('[aria-label="Emoji"]').click();
  await until(() => root().querySelector('.emoji'));
  expect(loaded).toEqual(expect.arrayContaining(['./locales/en.ts', './parts/emoji.tsx', './locales/en-more.ts']));
});
