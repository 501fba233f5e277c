/** An agent for tests of the visitor's side: sees everything at once and answers. The inbox itself has tests of its own. */
import { onTestFinished } from 'vitest';
import { AgentClient } from './agent-client.ts';
import type { Gateway } from './gateway.ts';
import { until } from './until.ts';

export interface AnsweringAgent {
  /** Waits for a message. Answers the id of the conversation it is in. */
  sees(text: string): Promise<string>;
  /** The texts of a conversation, in the order of the log. */
  log(conversationId: string): string[];
  reply(conversationId: string, text: string): void;
}

/** Signs in, connects, and connects again whenever it is cut off, until the test ends. */
export async function answeringAgent(gateway: Gateway): Promise<AnsweringAgent> {
  const { cookie } = await gateway.session();
  const agent = new AgentClient({ url: gateway.url, cookie, name: 'agent' });
  agent.start();
  onTestFinished(() => agent.stop());
  return {
    sees: (text) => until(() => Array.from(agent.logs).find(([, log]) => log.some((entry) => entry.text === text))?.[0], { what: `the agent to see "${text}"` }),
    log: (id) => (agent.logs.get(id) ?? []).flatMap(({ text }) => text ?? []),
    reply: (conversationId, text) => agent.say('message:send', conversationId, text),
  };
}
