/** The two people of the browser tests, as what they do and see: a visitor on a page with the widget, an agent in the inbox. */
import { isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { type Gateway, OWNER } from './gateway.ts';
import { until } from './until.ts';

/** Longer than any wait between two attempts to connect again. */
const RECONNECT_MS = 30_000;

/** The widget's parts by role and accessible name, as both browsers find them. */
export const WIDGET = {
  launcher: { role: 'button', name: 'Chat' },
  log: { role: 'log', name: 'Messages' },
  composer: { role: 'textbox', name: 'Message' },
  close: { role: 'button', name: 'Close chat' },
} as const;
/** What the widget is made of, as selectors inside of its shadow root, for tests that measure. */
export const PARTS = {
  launcher: 'button[aria-haspopup="dialog"]',
  panel: '[role="dialog"]',
  heading: '[role="dialog"] h2',
  close: '[role="dialog"] [aria-label="Close chat"]',
  log: '[role="log"]',
  bubbles: '[role="log"] .bubble',
  composer: '[role="dialog"] textarea',
  send: '[role="dialog"] [aria-label="Send"]',
} as const;
export type PartName = keyof typeof PARTS;

/** A message's text in the log, and what in it only screen readers get. */
export const BUBBLE = '.message .bubble';
export const UNSEEN = '.hidden';

/** In the page: the texts of elements as people see them, without what is there for screen readers only. */
export function visibleTexts(elements: Element[], hidden: string): string[] {
  return elements.map((element) => {
    const copy = element.cloneNode(true) as Element;
    for (const part of copy.querySelectorAll(hidden)) part.remove();
    return copy.textContent;
  });
}

export class Visitor {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The button that opens and closes the chat; its name also says how many messages are unread. */
  get launcher(): Locator {
    return this.page.locator('#miradesk .launcher');
  }

  get panel(): Locator {
    return this.page.getByRole('dialog', { name: /^Chat with/ });
  }

  get log(): Locator {
    return this.panel.getByRole(WIDGET.log.role, { name: WIDGET.log.name });
  }

  get composer(): Locator {
    return this.panel.getByRole(WIDGET.composer.role, { name: WIDGET.composer.name });
  }

  /** What the panel says about the connection; hidden while all is well. */
  get banner(): Locator {
    return this.panel.getByRole('status').getByText(/Reconnecting|offline/i);
  }

  async openChat(): Promise<void> {
    await this.launcher.click();
    await this.composer.waitFor();
  }

  /** Closes it by the button in its head. */
  async closeChat(): Promise<void> {
    await this.button('Close chat').click();
    await this.panel.waitFor({ state: 'hidden' });
  }

  /** A button of the panel. */
  button(name: string | RegExp): Locator {
    return this.panel.getByRole('button', { name, exact: true });
  }

  /** Opens the menu and chooses from it. */
  async choose(action: string): Promise<void> {
    await this.button('More options').click();
    await this.button(action).click();
  }

  /** Opens the list of conversations. */
  async openList(): Promise<void> {
    await this.button('All conversations').click();
    await this.list.waitFor();
  }

  get list(): Locator {
    return this.panel.getByRole('list', { name: 'Your conversations' });
  }

  /** The conversation in the list whose newest message has this text. */
  conversation(text: string | RegExp): Locator {
    return this.list.getByRole('button').filter({ hasText: text });
  }

  /** What has the keyboard, through shadow roots: its name, else its text, else its tag; empty: nothing has it. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      if (!element || element === document.body) return '';
      return element.getAttribute('aria-label') ?? (element.textContent.trim() || element.localName);
    });
  }

  /** Goes to a page and opens the chat. */
  async visit(address: string): Promise<void> {
    await this.page.goto(address);
    await this.openChat();
  }

  /** Writes and sends, and waits for nothing. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** What is written in the log, top to bottom, as it is on the screen. */
  async shown(): Promise<string[]> {
    return this.log.locator(BUBBLE).evaluateAll(visibleTexts, UNSEEN);
  }

  /** Waits until exactly this is written in the log. */
  async shows(said: readonly string[]): Promise<void> {
    await until(async () => isDeepStrictEqual(await this.shown(), said), { what: `the log to show ${JSON.stringify(said)}` });
  }

  /** Waits for a text in the log. */
  async sees(text: string | RegExp): Promise<void> {
    await this.log.getByText(text).first().waitFor({ timeout: RECONNECT_MS });
  }
}

export class Agent {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get list(): Locator {
    return this.page.getByRole('region', { name: 'Conversations' });
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: /^Conversation with/ });
  }

  /** The opened conversation: head, log and composer. */
  get pane(): Locator {
    return this.page.locator('#conversation');
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Reply to/ });
  }

  get noteComposer(): Locator {
    return this.page.getByRole('textbox', { name: 'Note for your team' });
  }

  /** The conversation in the list whose newest message has this text. */
  conversation(text: string | RegExp): Locator {
    return this.list.getByRole('link').filter({ hasText: text });
  }

  /** Comes in with a session that began elsewhere. */
  async enter(gateway: Gateway, path = '/console/'): Promise<void> {
    const { cookie } = await gateway.session();
    const [name = '', value = ''] = cookie.split('=');
    await this.page.context().addCookies([{ name, value, url: gateway.url, httpOnly: true, sameSite: 'Lax' }]);
    await this.page.goto(`${gateway.url}${path}`);
    await this.list.or(this.log).first().waitFor();
  }

  /** Comes in through the sign-in form. */
  async signIn(gateway: Gateway, path = '/console/'): Promise<void> {
    await this.page.goto(`${gateway.url}${path}`);
    await this.page.getByLabel('E-mail').fill(OWNER.email);
    await this.page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await this.list.or(this.log).first().waitFor();
  }

  /** Opens the conversation whose newest message has this text. */
  async open(text: string | RegExp): Promise<void> {
    await this.conversation(text).click();
    await this.composer.waitFor();
  }

  async reply(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  async note(text: string): Promise<void> {
    await this.page.getByRole('tab', { name: 'Note' }).click();
    await this.noteComposer.fill(text);
    await this.noteComposer.press('Enter');
    await this.page.getByRole('tab', { name: 'Reply' }).click();
  }

  /** What is written in the open conversation, notes too, top to bottom, as it is on the screen. */
  async shown(): Promise<string[]> {
    return this.log.locator('.said-text').evaluateAll(visibleTexts, '.visually-hidden');
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.log.getByText(text).first().waitFor({ timeout: RECONNECT_MS });
  }
}
