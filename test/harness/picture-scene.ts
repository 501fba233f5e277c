/** Ways to the states of the widget that are looked at in pictures: a page, an open chat, a conversation, an agent in the inbox. */
import type { BrowserContext, Page } from 'playwright-core';
import type { LauncherSettings, PanelSettings } from '../../shared/settings.ts';
import type { AnsweringAgent } from './answering-agent.ts';
import type { Gateway } from './gateway.ts';
import { Agent, type Visitor } from './people.ts';

export interface Scene {
  visitor: Visitor;
  gateway: Gateway;
  agent(): Promise<AnsweringAgent>;
  /** A page of somebody else's, for the inbox. */
  otherPage(): Promise<Page>;
}

/** `name`: of its pictures. */
export interface State { name: string; reach(scene: Scene): Promise<void> }

/** What the page says about the widget. */
type Options = Partial<LauncherSettings & PanelSettings>;

export const contextOf = ({ visitor }: Scene): BrowserContext => visitor.page.context();

/** Goes to a page with the widget on it, as the page wants it. */
export async function visit({ visitor, gateway }: Scene, options?: Options): Promise<void> {
  await visitor.page.goto(`${gateway.url}/demo/mug.html`);
  await visitor.launcher.waitFor();
  if (options) await visitor.page.evaluate((wanted) => (window as unknown as { MiraDesk: { update(options: unknown): void } }).MiraDesk.update(wanted), options);
}

export async function open(scene: Scene, options?: Options): Promise<void> {
  await visit(scene, options);
  await scene.visitor.launcher.click();
  await scene.visitor.page.locator('#miradesk [role="dialog"]').waitFor();
}

/** Each state has texts of its own, by which its agent finds the conversation. */
export async function talk(scene: Scene, question: string, answer = 'About eight minutes; the kettle sings when it is ready.', options?: Options): Promise<{ id: string; agent: AnsweringAgent }> {
  await open(scene, options);
  await write(scene, question);
  const agent = await scene.agent();
  const id = await agent.sees(question);
  agent.reply(id, answer);
  await scene.visitor.page.getByText(answer.slice(0, 30)).last().waitFor();
  return { id, agent };
}

/** Writes and sends, whatever the language. */
export async function write({ visitor }: Scene, text: string): Promise<void> {
  const composer = visitor.page.locator('#miradesk .field textarea');
  await composer.fill(text);
  await composer.press('Enter');
}

/** An agent in the inbox, with the conversation open. */
export async function inbox(scene: Scene, text: string): Promise<Agent> {
  const agent = new Agent(await scene.otherPage());
  await agent.enter(scene.gateway);
  await agent.open(text);
  return agent;
}

/** An agent closes the conversation in which this was said last. */
export async function closeConversation(scene: Scene, text: string): Promise<void> {
  const agent = await inbox(scene, text);
  await agent.page.getByRole('button', { name: 'Close conversation' }).click();
}
