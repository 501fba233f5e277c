/** Files and ratings in the inbox, in a real browser: what a visitor sent is shown, and what an agent attaches arrives. */
import type { Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible } from './harness/axe.ts';
import { keepPicture, useBrowser, watch } from './harness/browser.ts';
import { type Gateway, showLogOnFailure, startGateway } from './harness/gateway.ts';
import { Agent } from './harness/people.ts';
import { PDF, picture } from './harness/sample-files.ts';
import { until } from './harness/until.ts';

const browser = useBrowser();
let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.stop());

/** A visitor without a page. */
class Writer {
  readonly heard: any[] = [];
  readonly #socket: Socket;
  #token = '';

  constructor() {
    this.#socket = io(`${gateway.url}/visitor`, { forceNew: true, transports: ['websocket'], auth: (tell) => tell({ protocol: 1, workspace: 'demo', ...(this.#token ? { token: this.#token } : {}) }) });
    this.#socket.on('session:started', ({ token }) => { this.#token = token; });
    this.#socket.on('entry:created', ({ entry }) => this.heard.push(entry));
  }

  async upload(body: Buffer, name: string): Promise<string> {
    await until(() => this.#token !== '', { what: 'the session' });
    const response = await fetch(`${gateway.url}/files/demo?name=${encodeURIComponent(name)}`, { method: 'POST', body: new Uint8Array(body), headers: { authorization: `Bearer ${this.#token}` } });
    const answer: any = await response.json();
    return answer.file.id;
  }

  async does(event: string, payload: object): Promise<any> {
    const ack = await this.#socket.timeout(10_000).emitWithAck(event, { clientId: nanoid(), ...payload });
    if (!ack.ok) throw new Error(ack.error.code);
    return ack.data;
  }

  close(): void {
    this.#socket.disconnect();
  }
}

/** Drops or pastes a file as a browser would hand it over. */
function give(page: Page, how: 'drop' | 'paste', selector: string, bytes: Buffer, name: string): Promise<void> {
  return page.evaluate(({ event, to, data, called }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(data), (char) => char.charCodeAt(0))], called));
    const target = document.querySelector(to);
    const init = { bubbles: true, cancelable: true };
    if (event === 'paste') return void target?.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: transfer }));
    for (const type of ['dragenter', 'dragover', 'drop']) target?.dispatchEvent(new DragEvent(type, { ...init, dataTransfer: transfer }));
  }, { event: how, to: selector, data: bytes.toString('base64'), called: name });
}

it('pictures are seen, files are offered, ratings are read, and what an agent attaches goes out', async () => {
  showLogOnFailure(gateway);
  const visitor = new Writer();
  const agent = new Agent(await browser.page());
  const { page } = agent;
  const seen = watch(page);
  try {
    const photo = await visitor.upload(picture(640, 420), 'the lid.png');
    const offer = await visitor.upload(PDF, 'offer from last year.pdf');
    const { conversation } = await visitor.does('conversation:start', { message: { clientId: nanoid(), text: '', attachments: [photo] } });
    await visitor.does('message:send', { conversationId: conversation.id, text: 'The lid does not close any more.', attachments: [offer] });

    await agent.enter(gateway);
    await agent.open('The lid does not close');
    const shown = page.getByRole('img', { name: 'Picture: the lid.png' });
    await shown.waitFor();
    await until(async () => shown.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth === 640), { what: 'the picture' });
    const link = page.getByRole('link', { name: /offer from last year\.pdf/ });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('offer from last year.pdf');

    // By button, by paste, by drop; one is refused and says why.
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Attach files' }).click()]);
    await chooser.setFiles({ name: 'spare lid.png', mimeType: 'image/png', buffer: picture(200, 160, [138, 90, 0]) });
    await give(page, 'paste', '.composer textarea', picture(60, 60), 'screenshot.png');
    await give(page, 'drop', '.log-scroller', Buffer.from('#!/bin/sh\necho hello\n'), 'fix.sh');
    const waiting = page.getByRole('list', { name: 'Files for your reply' });
    await waiting.getByText('This kind of file cannot be sent.').waitFor();
    await waiting.getByRole('button', { name: 'Remove screenshot.png' }).waitFor();
    await expectAccessible(page);
    await keepPicture(page, 'inbox-files-waiting');
    await page.getByRole('region', { name: 'Details' }).getByRole('button', { name: 'Hide details' }).click();
    await page.setViewportSize({ width: 360, height: 740 });
    await expectAccessible(page);
    await keepPicture(page, 'inbox-files-phone');
    await page.setViewportSize({ width: 1280, height: 860 });
    await waiting.getByRole('button', { name: 'Remove fix.sh' }).click();
    await agent.reply('Here is what it should look like.');
    await waiting.waitFor({ state: 'detached' });
    await until(() => visitor.heard.some(({ attachments }) => attachments?.length === 2), { what: 'the reply' });
    expect(visitor.heard.at(-1)).toMatchObject({ text: 'Here is what it should look like.', attachments: [{ name: 'spare lid.png', width: 200, height: 160 }, { name: 'screenshot.png' }] });

    await visitor.does('rating:set', { conversationId: conversation.id, score: 5, comment: 'That was quick' });
    await agent.log.getByText('The visitor rated this conversation 5 of 5').waitFor();
    await agent.log.getByText('That was quick').waitFor();
    await expectAccessible(page);
    await keepPicture(page, 'inbox-files-and-rating');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page);
    await keepPicture(page, 'inbox-files-and-rating-dark');

    // A picture that is opened by itself is on a page that may do nothing.
    const [opened] = await Promise.all([page.context().waitForEvent('page'), shown.click()]);
    await opened.waitForLoadState();
    expect(new URL(opened.url()).pathname).toMatch(/^\/files\/demo\/[\w-]{21}\/the%20lid\.png$/);
    expect(await opened.evaluate(() => self.origin)).toBe('null');
    expect(seen.errors.filter((error) => !/401|415/.test(error))).toEqual([]);
  } finally {
    visitor.close();
  }
});

it('[D7] an upload that finds no gateway says so, and goes on by itself when it is back', async () => {
  showLogOnFailure(gateway);
  const visitor = new Writer();
  const agent = new Agent(await browser.page());
  const { page } = agent;
  try {
    await visitor.does('conversation:start', { message: { clientId: nanoid(), text: 'Before the outage' } });
    await agent.enter(gateway);
    await agent.open('Before the outage');
    await gateway.kill();
    await page.getByText('No connection.').first().waitFor();
    await give(page, 'drop', '.log-scroller', picture(30, 30), 'later.png');
    const waiting = page.getByRole('list', { name: 'Files for your reply' });
    await waiting.getByText('MiraDesk could not be reached.').waitFor();
    await gateway.start();
    await waiting.locator('[data-state=ready]').waitFor({ timeout: 30_000 });
    await agent.reply('Now it goes');
    await until(async () => {
      const { conversations } = await visitor.does('log:sync', { conversations: [] });
      return conversations[0].catchup.entries.some(({ attachments }: any) => attachments?.[0].name === 'later.png');
    }, { what: 'the file', timeout: 30_000 });
  } finally {
    visitor.close();
  }
});
