/** The team behind a gateway, without a browser: what an owner sets, and what a member does over the wire. */
import { io } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import { WidgetSettings } from '../../shared/settings.ts';
import { Client, name } from './gateway-app.ts';
import type { Gateway } from './gateway.ts';
import { until } from './until.ts';

/** Gives the first workspace these settings, and all others their defaults. */
export async function setSettings(gateway: Gateway, settings: Partial<WidgetSettings>): Promise<void> {
  const { cookie } = await gateway.session();
  const response = await fetch(`${gateway.url}/api/workspace`, { method: 'PATCH', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify({ settings: WidgetSettings.parse(settings) }) });
  if (!response.ok) throw new Error(`The settings answered ${response.status}: ${await response.text()}`);
}

/** The owner of the first workspace, on a connection that ends with the test. */
export class Member {
  readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  static async of(gateway: Gateway): Promise<Member> {
    const { cookie } = await gateway.session();
    const client = new Client(io(`${gateway.url}/agent`, { forceNew: true, transports: ['websocket'], auth: { protocol: 1 }, extraHeaders: { cookie, origin: gateway.url } }));
    onTestFinished(() => void client.socket.disconnect());
    await client.started();
    return new Member(client);
  }

  /** The conversation in which somebody has just written this, once it is here. */
  conversationWith(text: string): Promise<string> {
    return until(async () => {
      for (const filter of ['all', 'closed']) {
        const { conversations } = await this.client.does('inbox:list', { filter });
        const found = conversations.find(({ preview }: { preview: { text: string } | null }) => preview?.text === text);
        if (found) return found.id as string;
      }
      return '';
    }, { what: `a conversation with "${text}"`, every: 100 });
  }

  /** Writes into a conversation; answers the entry. */
  async says(conversationId: string, text: string): Promise<{ seq: number }> {
    return (await this.client.does('message:send', { conversationId, clientId: name(), text })).entry;
  }

  async closes(conversationId: string): Promise<void> {
    await this.client.does('status:set', { conversationId, clientId: name(), status: 'closed' });
  }
}
