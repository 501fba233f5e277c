/** A visitor's files: chosen, pasted, dropped; on their way, stopped, refused, sent and seen. In a real browser, on the built files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FILE_MAX_BYTES } from '../shared/limits.ts';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent, Visitor } from './harness/people.ts';
import { PDF, picture } from './harness/sample-files.ts';
import { until } from './harness/until.ts';
import { temporaryDirectory } from './harness/workplace.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway({ env: { RATE_FILES: '1000/1000' } }); });
beforeEach(async () => { if (!gateway.running) await gateway.start(); });
afterAll(() => gateway.stop());

interface Sample { name: string; mimeType: string; buffer: Buffer }
const pdf = (name: string): Sample => ({ name, mimeType: 'application/pdf', buffer: PDF });
const photo = (name: string): Sample => ({ name, mimeType: 'image/png', buffer: picture(640, 420, [214, 158, 104]) });

/** By the button and the browser's own window. */
async function choose(visitor: Visitor, ...files: Sample[]): Promise<void> {
  const [chooser] = await Promise.all([visitor.page.waitForEvent('filechooser'), visitor.button('Attach files').click()]);
  await chooser.setFiles(files);
}

/** Pastes a file, as the browser hands it over. */
async function paste(visitor: Visitor, { name, buffer }: Sample): Promise<void> {
  await visitor.composer.evaluate((box, { data, called }) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([Uint8Array.from(atob(data), (char) => char.charCodeAt(0))], called));
    box.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, composed: true, clipboardData }));
  }, { data: buffer.toString('base64'), called: name });
}

/** Drags a file in from outside the browser, and lets it go there. `held`: what happens before that; `over(null)` drags it out again. */
async function drop(visitor: Visitor, where: Locator, { name, buffer }: Sample, held?: (over: (place: Locator | null) => Promise<void>) => Promise<void>): Promise<void> {
  const path = join(temporaryDirectory('drop'), name);
  writeFileSync(path, buffer);
  const cdp = await visitor.page.context().newCDPSession(visitor.page);
  async function drag(type: 'dragEnter' | 'dragOver' | 'drop', place: Locator | null): Promise<void> {
    const { x, y, width, height } = await place?.boundingBox() ?? { x: 10, y: 10, width: 0, height: 0 };
    await cdp.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data: { items: [], files: [path], dragOperationsMask: 1 } });
  }
  await drag('dragEnter', where);
  await drag('dragOver', where);
  await held?.((place) => drag('dragOver', place));
  await drag('drop', where);
  await cdp.detach();
}

it('whoever drags a file over the conversation is told where to let it go, until they do or think better of it', async () => {
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  // The frame comes when somebody moves about in the panel.
  await visitor.panel.locator('.head').hover();
  await visitor.panel.locator('.resize').waitFor({ state: 'attached' });
  const offered = () => visitor.panel.locator('.talk').evaluate((talk) => (talk as HTMLElement).dataset.drop);
  await drop(visitor, visitor.log, pdf('letter.pdf'), async (over) => {
    await expect.poll(offered).toBe('Drop files here to send them');
    await keepPicture(visitor.page, 'widget-files-dragged');
    await over(null);
    await expect.poll(offered).toBeUndefined();
    // The first one of a browser's own drags says that it has entered.
    await over(visitor.log);
    await over(visitor.log);
    await expect.poll(offered).toBe('Drop files here to send them');
  });
  await line(visitor, 'letter.pdf').getByText('Ready to send').waitFor();
  expect(await offered()).toBeUndefined();
});

/** The line of one file above the composer. */
const line = (visitor: Visitor, name: string): Locator => visitor.panel.locator('.composer').getByRole('listitem').filter({ hasText: name });

it('by button, by paste and by drop; both sides see the pictures and get the files', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  const seen = watch(visitor.page);
  await visitor.visit(`${gateway.url}/demo/`);
  await choose(visitor, photo('cracked mug.png'), pdf('receipt, 2026.pdf'));
  await paste(visitor, photo('screenshot.png'));
  await drop(visitor, visitor.log, pdf('letter.pdf'));
  for (const name of ['cracked mug.png', 'receipt, 2026.pdf', 'screenshot.png', 'letter.pdf']) await line(visitor, name).getByText('Ready to send').waitFor();
  await keepPicture(visitor.page, 'widget-files-ready');
  await expectAccessible(visitor.page);
  await visitor.button('Remove letter.pdf').click();
  await line(visitor, 'letter.pdf').waitFor({ state: 'detached' });
  await visitor.say('It came like this');
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  expect(await visitor.panel.locator('.composer').getByRole('listitem').count()).toBe(0);

  const mine = visitor.log.getByRole('link', { name: 'Show cracked mug.png' }).locator('img');
  await until(async () => mine.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth === 640), { what: 'the picture at the visitor' });
  await keepPicture(visitor.page, 'widget-files-sent');
  await expectAccessible(visitor.page);
  const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.log.getByRole('link', { name: /^receipt, 2026\.pdf/ }).click()]);
  expect(download.suggestedFilename()).toBe('receipt, 2026.pdf');

  await agent.enter(gateway);
  await agent.open('It came like this');
  const theirs = agent.page.getByRole('img', { name: 'Picture: cracked mug.png' });
  await until(async () => theirs.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth === 640), { what: 'the picture at the agent' });
  const [chooser] = await Promise.all([agent.page.waitForEvent('filechooser'), agent.page.getByRole('button', { name: 'Attach files' }).click()]);
  await chooser.setFiles(photo('a new one.png'));
  await agent.page.locator('[data-state=ready]').waitFor();
  await agent.reply('This one goes out today');
  await visitor.log.getByRole('link', { name: 'Show a new one.png' }).waitFor();
  // The picture's room is there before it is, so nothing moves when it comes.
  expect(await visitor.log.getByRole('link', { name: 'Show a new one.png' }).locator('img').evaluate((image) => [image.getAttribute('width'), image.getAttribute('height')])).toEqual(['260', '171']);
  expect(seen.errors).toEqual([]);
});

it('[P3] a picture is fetched once for as long as its page is there, is not sent again to who has it, and is shown no more once it is erased', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const { page } = visitor;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  // What the browser got over the network, before its cache makes a 200 of it; the two are told in any order.
  const asked = new Set<string>();
  const statuses = new Map<string, number>();
  cdp.on('Network.requestWillBeSent', ({ requestId, request: { method, url } }) => method === 'GET' && url.includes('cracked') && asked.add(requestId));
  cdp.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => statuses.set(requestId, statusCode));
  const answers = (): Array<number | undefined> => [...asked].map((id) => statuses.get(id));
  const drawn = (): Promise<boolean> => until(async () => visitor.log.getByRole('link', { name: 'Show cracked mug.png' }).locator('img').evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth === 640), { what: 'the picture' });
  await visitor.visit(`${gateway.url}/demo/`);
  await choose(visitor, photo('cracked mug.png'));
  await line(visitor, 'cracked mug.png').getByText('Ready to send').waitFor();
  await visitor.say('It came like this');
  await drawn();
  for (const text of ['One', 'Two', 'Three']) {
    await visitor.say(text);
    await visitor.log.getByText(/Sent|Delivered/).waitFor();
    await visitor.openList();
    await visitor.conversation(text).click();
    await visitor.sees(text);
  }
  await drawn();
  expect(answers()).toEqual([200]);
  await page.reload();
  await visitor.openChat();
  await drawn();
  await until(() => answers().join() === '200,304', { what: 'the gateway to be asked once more' });

  const address = await visitor.log.getByRole('link', { name: 'Show cracked mug.png' }).getAttribute('href') ?? '';
  await visitor.choose('Delete my data');
  await visitor.button('Delete everything').click();
  await visitor.panel.getByText('Everything has been deleted.').waitFor();
  expect(await page.evaluate(async (url) => [(await fetch(url)).status, (await fetch(url, { cache: 'force-cache' })).status], address)).toEqual([404, 404]);
});

it('a file alone is a message, also the first one', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const agent = new Agent(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  expect(await visitor.button('Send').getAttribute('aria-disabled')).toBe('true');
  await choose(visitor, pdf('only this.pdf'));
  await line(visitor, 'only this.pdf').getByText('Ready to send').waitFor();
  expect(await visitor.button('Send').getAttribute('aria-disabled')).toBe('false');
  await visitor.button('Send').click();
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  await agent.enter(gateway);
  await agent.conversation('only this.pdf').waitFor();
  await visitor.openList();
  await visitor.conversation('only this.pdf').waitFor();
});

it('what cannot be sent says why: too large, empty, of a wrong kind, too many', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.composer.fill('With these');
  const script = { name: 'fix.sh', mimeType: 'image/png', buffer: Buffer.from('#!/bin/sh\necho hello\n') };
  await choose(visitor, { name: 'film.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(FILE_MAX_BYTES + 1) }, { ...pdf('nothing.pdf'), buffer: Buffer.alloc(0) }, script, pdf('fine.pdf'));
  await line(visitor, 'film.pdf').getByText('Too large: at most 10.5 MB.').waitFor();
  await line(visitor, 'nothing.pdf').getByText('This file is empty.').waitFor();
  await line(visitor, 'fix.sh').getByText('This kind of file cannot be sent.').waitFor();
  await line(visitor, 'fine.pdf').getByText('Ready to send').waitFor();
  expect(await visitor.button('Try again').count()).toBe(0);
  await keepPicture(visitor.page, 'widget-files-refused');
  await expectAccessible(visitor.page);
  await choose(visitor, ...Array.from({ length: 8 }, (_, place) => pdf(`more ${place}.pdf`)));
  await visitor.panel.getByRole('alert').getByText('At most 10 files in a message.').waitFor();
  // Those that are well go; those that are not stay to be looked at.
  await line(visitor, 'more 5.pdf').getByText('Ready to send').waitFor();
  await visitor.composer.press('Enter');
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  expect(await visitor.log.getByRole('link').count()).toBe(7);
  await visitor.button('Remove film.pdf').click();
  await visitor.button('Remove nothing.pdf').click();
  await visitor.button('Remove fix.sh').click();
  expect(await visitor.panel.locator('.composer').getByRole('listitem').count()).toBe(0);
});

it('[D7] progress shows, nothing is sent half, a cancelled file is gone, and one that broke off goes on a second try', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  const { page } = visitor;
  await visitor.visit(`${gateway.url}/demo/`);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const throttle = (uploadThroughput: number) => cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
  const large = { name: 'large.pdf', mimeType: 'application/pdf', buffer: Buffer.concat([PDF, Buffer.alloc(2_000_000)]) };
  await throttle(200_000);
  await choose(visitor, large, { ...large, name: 'other.pdf' });
  const bar = visitor.panel.getByRole('progressbar', { name: 'large.pdf' });
  await until(async () => bar.evaluate((element: HTMLProgressElement) => element.value > 0 && element.value < 1), { what: 'some progress' });
  await line(visitor, 'large.pdf').getByText(/^Uploading, \d+%$/).waitFor();
  await keepPicture(page, 'widget-files-uploading');
  await expectAccessible(page);
  await visitor.composer.fill('Not before the file is there');
  await visitor.composer.press('Enter');
  expect(await visitor.composer.inputValue()).toBe('Not before the file is there');
  expect(await visitor.shown()).toEqual([]);
  await visitor.button('Remove other.pdf').click();
  await line(visitor, 'other.pdf').waitFor({ state: 'detached' });

  await gateway.kill();
  await line(visitor, 'large.pdf').getByText('Could not be uploaded.').waitFor();
  await keepPicture(page, 'widget-files-failed');
  await expectAccessible(page);
  await throttle(-1);
  await gateway.start();
  await visitor.banner.waitFor({ state: 'hidden', timeout: 30_000 });
  await line(visitor, 'large.pdf').getByRole('button', { name: 'Try again' }).click();
  await line(visitor, 'large.pdf').getByText('Ready to send').waitFor();
  await visitor.composer.press('Enter');
  await visitor.log.getByRole('link', { name: /^large\.pdf/ }).waitFor();
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  expect(await visitor.log.getByRole('link').count()).toBe(1);
});

it('[D7] without a gateway a file says that it waits, and goes by itself when it is back; what is written goes all the same', async () => {
  showLogOnFailure(gateway);
  const visitor = new Visitor(await browser.page());
  await visitor.visit(`${gateway.url}/demo/`);
  await visitor.say('Before');
  await visitor.log.getByText(/Sent|Delivered/).waitFor();
  await choose(visitor, pdf('first.pdf'));
  await line(visitor, 'first.pdf').getByText('Ready to send').waitFor();
  await gateway.kill();
  await visitor.banner.waitFor();
  await drop(visitor, visitor.composer, pdf('second.pdf'));
  await line(visitor, 'second.pdf').getByText('Files can be added when you are online again.').waitFor();
  await keepPicture(visitor.page, 'widget-files-offline');
  await expectAccessible(visitor.page);
  // What was uploaded before is kept with the message in the outbox.
  await visitor.say('With the first');
  await visitor.log.getByText('Waiting to be sent').waitFor();
  await visitor.log.getByRole('link', { name: /^first\.pdf/ }).waitFor();
  await gateway.start();
  await visitor.log.getByText('Waiting to be sent').waitFor({ state: 'detached', timeout: 30_000 });
  await line(visitor, 'second.pdf').getByText('Ready to send').waitFor();
  await visitor.button('Send').click();
  await visitor.log.getByRole('link', { name: /^second\.pdf/ }).waitFor();
});
