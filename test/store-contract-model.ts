import fc from 'fast-check';
import { nanoid } from 'nanoid';
import { describe, expect, test } from 'vitest';
import { replay, type ConversationState } from '../shared/conversation-state.ts';
import type { InboxConversation } from '../shared/protocol.ts';
import type { AppendCommand } from '../gateway/store/store.ts';
import { agent, asAgent, asVisitor, message, visitor, type Contract, type Scene } from './store-contract-scene.ts';

/** What one person does, in words short enough to read in a counterexample. `on`: which conversation; `as`: which agent. */
type Step =
  | { does: 'write' | 'reply' | 'file' | 'note' | 'rate' | 'close' | 'open' | 'restart'; on: number }
  | { does: 'assign'; on: number; to: number | null }
  /** Sends again what was sent so many steps ago. */
  | { does: 'repeat'; ago: number };

const CONVERSATIONS = 3;
const on = fc.nat(CONVERSATIONS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('write' as const, 'reply' as const), on }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('file' as const, 'note' as const, 'rate' as const, 'close' as const, 'open' as const, 'restart' as const), on }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('assign' as const), on, to: fc.option(fc.nat(1)) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('repeat' as const), ago: fc.nat(8) }) },
);
/** Steps of one batch are on their way together; batches follow each other. */
const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 });

/** The log as a person would keep it: a line for each thing that happened, and what is so now. */
interface Model { lines: string[]; status: 'open' | 'closed'; assignee: number | null }

class Play {
  readonly models: Model[] = Array.from({ length: CONVERSATIONS }, () => ({ lines: [], status: 'open', assignee: null }));
  readonly ids = Array.from({ length: CONVERSATIONS }, () => nanoid());
  readonly #names = Array.from({ length: CONVERSATIONS }, () => nanoid());
  readonly #sent: AppendCommand[] = [];
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Files that are uploaded and not sent yet; a plan has to have as many as it sends. */
  readonly files: string[] = [];

  takeFile(): string {
    return this.files.pop() ?? 'no file left';
  }

  start(which: number): AppendCommand {
    const command: AppendCommand = {
      kind: 'start', author: visitor(`v${which}`), clientId: nanoid(), conversationId: this.ids[which] ?? '', conversationClientId: this.#names[which] ?? '', text: 'start', page: null,
    };
    return this.#send(which, command, (model) => {
      if (model.status === 'closed') model.lines.push('open');
      model.status = 'open';
      model.lines.push('start');
    });
  }

  command(what: Step): AppendCommand | undefined {
    const { ada, ben } = this.#scene;
    if (what.does === 'repeat') return this.#sent.at(-1 - what.ago);
    const conversationId = this.ids[what.on] ?? '';
    const clientId = nanoid();
    switch (what.does) {
      case 'restart':
        return this.start(what.on);
      case 'write':
        return this.#send(what.on, message(visitor(`v${what.on}`), conversationId, clientId, clientId), (model) => {
          if (model.status === 'closed') model.lines.push('open');
          model.status = 'open';
          model.lines.push(clientId);
        });
      case 'reply':
        return this.#send(what.on, message(agent(ada), conversationId, clientId, clientId), (model) => model.lines.push(clientId));
      case 'file':
        return this.#send(what.on, { ...message(agent(ada), conversationId, '', clientId), attachments: [this.takeFile()] } as AppendCommand, (model) => model.lines.push('file'));
      case 'rate':
        return this.#send(what.on, { kind: 'rating', author: visitor(`v${what.on}`), conversationId, clientId, score: 3, comment: clientId }, (model) => model.lines.push(`rated ${clientId}`));
      case 'note':
        return this.#send(what.on, { kind: 'note', author: agent(ben), conversationId, clientId, text: clientId }, (model) => model.lines.push(clientId));
      case 'close':
      case 'open': {
        const status = what.does === 'close' ? 'closed' : 'open';
        return this.#send(what.on, { kind: 'status', author: agent(ada), conversationId, clientId, status }, (model) => {
          if (model.status !== status) model.lines.push(status);
          model.status = status;
        });
      }
      case 'assign':
        return this.#send(what.on, { kind: 'assigned', author: agent(ada), conversationId, clientId, memberId: what.to === null ? null : [ada, ben][what.to]?.id ?? null }, (model) => {
          if (model.assignee !== what.to) model.lines.push(`assigned ${what.to}`);
          model.assignee = what.to;
        });
    }
  }

  #send(which: number, command: AppendCommand, happens: (model: Model) => void): AppendCommand {
    const model = this.models[which];
    const before = model?.lines.length;
    if (model) happens(model);
    // What changed nothing left no name behind; sent again later it may well change something, which is not what is tested here.
    if (model?.lines.length !== before) this.#sent.push(command);
    return command;
  }
}

/** A file of Ada's that can be sent. */
async function uploaded({ store, id, ada }: Scene): Promise<string> {
  const fileId = nanoid();
  await store.addFile(id, { id: fileId, owner: { kind: 'agent', id: ada.id } });
  await store.completeFile(id, fileId, { name: `${fileId}.png`, type: 'image/png', size: 1 });
  return fileId;
}

/** The part of a stored conversation that its log determines. */
function stateOf(conversation: InboxConversation, visibleHead: number): ConversationState {
  const { status, assignee, head, visitorMessages, preview, page, createdAt, activityAt } = conversation;
  return { status, assignee, head, visibleHead, visitorMessages, preview, page, createdAt, activityAt };
}

export function modelContract(contract: Contract): void {
  describe('against a model', () => {
    test('[D1] [D2] [D3] any commands in any batches give the log a person would have kept, and the state its replay gives', async () => {
      await fc.assert(fc.asyncProperty(batches, async (plan) => {
        const scene = await contract.scene();
        const { store, id, ada, ben } = scene;
        const play = new Play(scene);
        await Promise.all(play.ids.map((_, which) => scene.append(play.start(which))));
        for (const steps of plan) {
          for (const _ of steps.filter(({ does }) => does === 'file')) play.files.push(await uploaded(scene));
          const commands = steps.map((what) => play.command(what)).filter((command) => command !== undefined);
          await Promise.all(commands.map((command) => scene.append(command)));
        }

        const open = { unassigned: 0, mine: 0, all: 0, closed: 0 };
        for (const [which, model] of play.models.entries()) {
          const conversationId = play.ids[which] ?? '';
          const { entries } = await store.history(id, asAgent(ada), { conversationId, before: 1e9, limit: 1e6 });
          expect(entries.map((entry) => {
            switch (entry.kind) {
              case 'message': return entry.attachments ? 'file' : entry.text;
              case 'note': return entry.text;
              case 'rating': return `rated ${entry.comment}`;
              case 'status': return entry.status;
              case 'assigned': return `assigned ${entry.assignee === null ? null : [ada.id, ben.id].indexOf(entry.assignee.id)}`;
            }
          })).toEqual(model.lines);
          expect(entries.map(({ seq, prev }) => [seq, prev])).toEqual(entries.map((_, index) => [index + 1, index]));

          const { conversations: [known] } = await store.sync(id, asAgent(ada), [{ id: conversationId, seq: 0 }]);
          const { conversations: [mine] } = await store.sync(id, asVisitor(`v${which}`), []);
          if (!known || !mine) throw new Error('the conversation is not there');
          expect(stateOf(known.conversation, mine.conversation.head)).toEqual(replay(entries));

          const visible = (await store.history(id, asVisitor(`v${which}`), { conversationId, before: 1e9, limit: 1e6 })).entries;
          expect(visible.map(({ seq }) => seq)).toEqual(entries.filter(({ kind }) => kind === 'message' || kind === 'status' || kind === 'rating').map(({ seq }) => seq));
          expect(visible.map(({ prev }) => prev)).toEqual([0, ...visible.slice(0, -1).map(({ seq }) => seq)]);

          if (model.status === 'closed') open.closed += 1;
          else {
            open.all += 1;
            if (model.assignee === null) open.unassigned += 1;
            if (model.assignee === 0) open.mine += 1;
          }
        }
        expect((await store.inboxList(id, ada.id, { filter: 'all', after: null, limit: 10 })).counts).toEqual(open);
      }), { numRuns: 25, ...(process.env.MIRADESK_SEED ? { seed: Number(process.env.MIRADESK_SEED) } : {}) });
    });
  });
}
