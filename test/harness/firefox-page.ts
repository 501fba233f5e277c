/** One page in Firefox, and the visitor on it. Elements are found as assistive technology finds them: by role and name. */
import { isDeepStrictEqual } from 'node:util';
import type { Bidi } from './bidi.ts';
import { BUBBLE, UNSEEN, visibleTexts, WIDGET } from './people.ts';
import { until } from './until.ts';

/** A role, and the whole accessible name. */
interface Part { role: string; name: string }

interface Node { sharedId: string }

type Outcome = { type: 'success'; result: { type: string; value?: string; sharedId?: string } } | { type: 'exception'; exceptionDetails: { text: string } };

/** Keys by the code points that WebDriver gives them. */
const KEYS = { Enter: '\uE007', Escape: '\uE00C', Tab: '\uE004' } as const;

export class FirefoxPage {
  /** Addresses of all requests since it was opened, in order; of WebSockets too. */
  readonly requests: string[] = [];
  /** Errors in its console but those of a network that is down. */
  readonly errors: string[] = [];
  readonly #bidi: Bidi;
  readonly #context: string;

  private constructor(bidi: Bidi, context: string) {
    this.#bidi = bidi;
    this.#context = context;
    bidi.on<{ context: string; request: { url: string } }>('network.beforeRequestSent', (news) => {
      if (news.context === context) this.requests.push(news.request.url);
    });
    bidi.on<{ level: string; text: string; source: { context?: string } }>('log.entryAdded', ({ level, text, source }) => {
      if (source.context === context && level === 'error' && !/can.t establish a connection|was interrupted/i.test(text)) this.errors.push(text);
    });
  }

  /** A window of its own, so that each page counts as looked at. */
  static async open(bidi: Bidi, userContext: string): Promise<FirefoxPage> {
    const { context } = await bidi.send<{ context: string }>('browsingContext.create', { type: 'window', userContext });
    await bidi.send('browsingContext.setViewport', { context, viewport: { width: 1280, height: 860 } });
    return new FirefoxPage(bidi, context);
  }

  async goto(url: string): Promise<void> {
    await this.#bidi.send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  async reload(): Promise<void> {
    await this.#bidi.send('browsingContext.reload', { context: this.#context, wait: 'complete' });
  }

  async close(): Promise<void> {
    await this.#bidi.send('browsingContext.close', { context: this.#context });
  }

  /** Runs this in every document of the page before its own scripts. */
  async before(script: () => void): Promise<void> {
    await this.#bidi.send('script.addPreloadScript', { functionDeclaration: String(script), contexts: [this.#context] });
  }

  /** Runs a function in the page, with what can be written as JSON, and answers its answer. */
  async evaluate<T, A = null>(run: (argument: A) => T | Promise<T>, argument: A = null as A): Promise<T> {
    return this.#call(`async (json) => JSON.stringify(await (${String(run)})(JSON.parse(json)) ?? null)`, [{ type: 'string', value: JSON.stringify(argument) }]);
  }

  /** Like evaluate, over the elements that the selector finds inside of a part. */
  async over<T, A>(part: Part, selector: string, run: (elements: Element[], argument: A) => T, argument: A): Promise<T> {
    const elements = await this.#locate({ type: 'css', value: selector }, await this.find(part));
    return this.#call(`(json, ...elements) => JSON.stringify((${String(run)})(elements, JSON.parse(json)) ?? null)`, [{ type: 'string', value: JSON.stringify(argument) }, ...elements]);
  }

  /** The first such part of the widget or the page; waits until it is there. */
  async find(part: Part): Promise<Node> {
    return until(async () => (await this.#parts(part))[0], { what: `${part.role} "${part.name}"` });
  }

  async has(part: Part): Promise<boolean> {
    return (await this.#parts(part)).length > 0;
  }

  /** Waits until the part is there, and clicks into its middle with the mouse. */
  async click(part: Part): Promise<void> {
    const { sharedId } = await this.find(part);
    await this.#act({ type: 'pointer', id: 'mouse', actions: [
      { type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element: { sharedId } } }, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 },
    ] });
  }

  /** Types where the keyboard is. */
  async type(text: string): Promise<void> {
    await this.#act({ type: 'key', id: 'keyboard', actions: Array.from(text).flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]) });
  }

  async press(key: keyof typeof KEYS): Promise<void> {
    await this.type(KEYS[key]);
  }

  /** A picture of what is in view, PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#bidi.send<{ data: string }>('browsingContext.captureScreenshot', { context: this.#context });
    return Buffer.from(data, 'base64');
  }

  async #act(source: object): Promise<void> {
    // Where the keyboard is belongs to the window in front.
    await this.#bidi.send('browsingContext.activate', { context: this.#context });
    await this.#bidi.send('input.performActions', { context: this.#context, actions: [source] });
  }

  /** The locator does not look into shadow roots by itself, so it is told to begin at the widget's. */
  async #parts(part: Part): Promise<Node[]> {
    const locator = { type: 'accessibility', value: part };
    const [host] = await this.#locate({ type: 'css', value: '#miradesk' });
    const root = host && await this.#shadowRoot(host);
    return [...root ? await this.#locate(locator, root) : [], ...await this.#locate(locator)];
  }

  async #locate(locator: object, start?: Node): Promise<Node[]> {
    const { nodes } = await this.#bidi.send<{ nodes: Node[] }>('browsingContext.locateNodes', {
      context: this.#context, locator, ...start ? { startNodes: [{ sharedId: start.sharedId }] } : {},
    });
    return nodes.map(({ sharedId }) => ({ sharedId }));
  }

  async #shadowRoot(host: Node): Promise<Node | undefined> {
    const { sharedId } = await this.#outcome('(host) => host.shadowRoot', [host]);
    return sharedId === undefined ? undefined : { sharedId };
  }

  async #call<T>(functionDeclaration: string, given: object[]): Promise<T> {
    const { value } = await this.#outcome(functionDeclaration, given);
    return JSON.parse(value ?? 'null') as T;
  }

  async #outcome(functionDeclaration: string, given: object[]): Promise<{ value?: string; sharedId?: string }> {
    const outcome = await this.#bidi.send<Outcome>('script.callFunction', { functionDeclaration, arguments: given, awaitPromise: true, target: { context: this.#context } });
    if (outcome.type === 'exception') throw new Error(`In the page: ${outcome.exceptionDetails.text}`);
    return outcome.result;
  }
}

/** What Visitor is in Chromium. */
export class FirefoxVisitor {
  readonly page: FirefoxPage;

  constructor(page: FirefoxPage) {
    this.page = page;
  }

  async openChat(): Promise<void> {
    await this.page.click(WIDGET.launcher);
    await this.page.find(WIDGET.composer);
  }

  async visit(address: string): Promise<void> {
    await this.page.goto(address);
    await this.openChat();
  }

  /** Writes and sends, key by key, and waits for nothing. */
  async say(text: string): Promise<void> {
    await this.page.click(WIDGET.composer);
    await this.page.type(text);
    await this.page.press('Enter');
  }

  /** What is written in the log, top to bottom, as it is on the screen. */
  async shown(): Promise<string[]> {
    return this.page.over(WIDGET.log, BUBBLE, visibleTexts, UNSEEN);
  }

  /** Waits until exactly this is written in the log. */
  async shows(said: readonly string[]): Promise<void> {
    await until(async () => isDeepStrictEqual(await this.shown(), said), { what: `the log to show ${JSON.stringify(said)}` });
  }

  /** What the newest of the visitor's own messages says became of it. */
  async delivery(): Promise<string> {
    return this.page.over(WIDGET.log, '.mine .meta', (lines) => lines.at(-1)?.textContent ?? '', null);
  }

  /** What the panel says about the connection; empty while all is well. */
  async banner(): Promise<string> {
    return this.page.evaluate(() => document.querySelector('#miradesk')?.shadowRoot?.querySelector('.banner')?.textContent ?? '');
  }

  async sees(text: string): Promise<void> {
    await until(async () => (await this.shown()).includes(text), { what: `"${text}" in the log` });
  }
}
