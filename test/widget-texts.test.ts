/** Languages come over the network, in whatever order; what is spoken is whole, and the one that was asked for last. */
import { beforeEach, expect, it, vi } from 'vitest';
import type * as Module from '../widget/texts.ts';

const waiting = new Map<string, (found: boolean) => void>();

vi.mock('../widget/beside.ts', () => ({
  beside: (file: string) => new Promise((resolve, reject) => {
    const name = /(\w+(?:-more)?)\.ts$/.exec(file)?.[1] ?? '';
    waiting.set(name, (found) => (found ? resolve({ default: { [name.endsWith('-more') ? 'optional' : 'close']: name } }) : reject(new Error('not to be had'))));
  }),
}));

const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve); });

/** A file arrives, or cannot be had; what follows from it has happened then. */
async function arrive(name: string, found = true): Promise<void> {
  const answer = waiting.get(name);
  if (!answer) throw new Error(`${name} was not asked for`);
  waiting.delete(name);
  answer(found);
  await settled();
}

let texts: typeof Module;
beforeEach(async () => {
  vi.resetModules();
  waiting.clear();
  texts = await import('../widget/texts.ts');
});

const said = (): string[] => [texts.locale, texts.t('close'), texts.t('optional')];

it('[W8] parts that come while the language changes speak the new one', async () => {
  void texts.speak('en');
  await arrive('en');
  void texts.speakMore();
  void texts.speak('ar');
  await arrive('ar');
  await arrive('en-more');
  await arrive('ar-more');
  expect(said()).toEqual(['ar', 'ar', 'ar-more']);
});

it('[W8] a language that comes while parts do has their words too', async () => {
  void texts.speak('en');
  await arrive('en');
  void texts.speak('ar');
  void texts.speakMore();
  await arrive('en-more');
  expect(said()).toEqual(['en', 'en', 'en-more']);
  await arrive('ar');
  await arrive('ar-more');
  expect(said()).toEqual(['ar', 'ar', 'ar-more']);
});

it('of two languages the one that was asked for last is spoken, whichever comes first', async () => {
  void texts.speak('en');
  await arrive('en');
  void texts.speak('fr');
  void texts.speak('ar');
  await arrive('ar');
  await arrive('fr');
  expect(texts.locale).toBe('ar');
});

it('the old language stays while the new one cannot be had', async () => {
  void texts.speak('en');
  await arrive('en');
  const speaking = texts.speak('fr').then(() => 'spoken', (error: Error) => error.message);
  await arrive('fr', false);
  expect(await speaking).toBe('not to be had');
  expect([texts.locale, texts.t('close')]).toEqual(['en', 'en']);
});
