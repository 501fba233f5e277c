/**
 * Visitors and agents who write at the same time while things break around them. What they write and when they load their page again
 * follows from the seed; how far they may go is the scenario's to say.
 */
import { AgentClient, type AgentClientOptions } from './agent-client.ts';
import type { Acknowledged, Sender, View } from './compare-logs.ts';
import { type Random, random } from './random.ts';
import { Hopeless, until } from './until.ts';
import { VisitorClient } from './visitor-client.ts';

/** The clients of a run; a test of the harness puts broken ones in. */
export interface Clients { Visitor: typeof VisitorClient; Agent: typeof AgentClient }

export interface PeopleOptions {
  url: string;
  /** One for each member who is signed in; agents take turns with them. */
  cookies: readonly string[];
  visitors: number;
  agents: number;
  /** How many messages all of them write together, at least. */
  messages: number;
  /** How long each of them is, in characters that no database can store in less room; as long as it takes when it is not set. */
  length?: number;
  chance: Random;
  clients?: Partial<Clients>;
  /** Nobody waits longer than this for anything to go on, in milliseconds. */
  patienceMs: number;
}

/** Nobody writes further ahead of the acknowledgements than this; in trouble people go on for a while. */
const MOST_WAITING = { calm: 4, trouble: 12 };

export class People {
  readonly visitors: readonly VisitorClient[];
  readonly agents: readonly AgentClient[];
  readonly counts = { messages: 0, reloads: 0, inTrouble: 0 };
  /** Something is broken: people write on although nothing is acknowledged, and what they write is counted. */
  trouble = false;
  /** Longest time from an acknowledgement until the last of the agents showed the entry, in milliseconds. */
  latest = 0;
  readonly #options: PeopleOptions;
  readonly #share: number;
  readonly #acknowledgedAt = new Map<string, number>();
  /** Those who have nothing to write for the time being. */
  readonly #idle = new Set<VisitorClient | AgentClient>();
  #allowed = 0;
  #stopped = false;

  constructor(options: PeopleOptions) {
    this.#options = options;
    const { url, cookies, clients } = options;
    const [Visitor, Agent] = [clients?.Visitor ?? VisitorClient, clients?.Agent ?? AgentClient];
    const onAcknowledged = (ack: Acknowledged): void => { this.#acknowledgedAt.set(`${ack.conversationId}.${ack.seq}`, performance.now()); };
    // Every other visitor has two tabs open and writes in both.
    this.visitors = Array.from({ length: options.visitors }, (_, index) => new Visitor({ url, name: `visitor ${index + 1}`, tabs: 1 + (index % 2), onAcknowledged }));
    this.agents = Array.from({ length: options.agents }, (_, index) => new Agent({
      url, name: `agent ${index + 1}`, cookie: cookies[index % cookies.length] ?? '', onAcknowledged, onShown: this.#stopwatch(),
    }));
    this.#share = Math.ceil(options.messages / (options.visitors + options.agents));
  }

  get all(): ReadonlyArray<VisitorClient | AgentClient> {
    return [...this.visitors, ...this.agents];
  }

  get acknowledged(): number {
    return this.all.reduce((sum, one) => sum + one.acknowledged.length, 0);
  }

  get waiting(): number {
    return this.all.reduce((sum, one) => sum + one.waiting, 0);
  }

  get sessions(): number {
    return this.all.reduce((sum, one) => sum + one.counts.sessions, 0);
  }

  get repaired(): number {
    return this.all.reduce((sum, one) => sum + one.counts.repaired, 0);
  }

  /** Whether nobody has anything to write for the time being. */
  get idle(): boolean {
    return this.#idle.size === this.all.length;
  }

  /** Whether everybody who has something to say has it waiting. */
  get stuck(): boolean {
    return this.all.every((one) => one.waiting > 0 || this.#idle.has(one));
  }

  /** How many messages will have been written when all is done. */
  get total(): number {
    return this.#share * this.all.length;
  }

  /** Lets everybody write up to this part (0 to 1) of what they have to say. */
  allow(part: number): void {
    this.#allowed = Math.max(this.#allowed, part);
  }

  start(): void {
    for (const one of this.all) one.start();
  }

  stop(): void {
    this.#stopped = true;
    for (const one of this.all) one.stop();
  }

  /** Every tab and every window is loaded again, at once. */
  reloadAll(): void {
    for (const visitor of this.visitors) {
      for (const tab of this.#tabsOf(visitor)) visitor.reload(tab);
      this.counts.reloads += visitor.tabs;
    }
    for (const agent of this.agents) agent.reload();
    this.counts.reloads += this.agents.length;
  }

  /** Writes everything, as far as it is allowed at the time. Resolves when the outboxes have all of it. */
  async write(): Promise<void> {
    const chances = this.all.map(() => random(this.#options.chance.between(0, 2 ** 31)));
    await Promise.all(this.all.map((one, index) => this.#writeAs(one, chances[index] as Random)));
  }

  /** Resolves when what is acknowledged by now is shown by every client that is connected. */
  async everybodyShows(patienceMs = this.#options.patienceMs): Promise<void> {
    const heads = new Map<string, number>();
    for (const { conversationId, seq } of this.all.flatMap((one) => one.acknowledged)) heads.set(conversationId, Math.max(seq, heads.get(conversationId) ?? 0));
    await until(() => this.agents.every((agent) => Array.from(heads).every(([id, seq]) => (agent.logs.get(id)?.at(-1)?.seq ?? 0) >= seq)), {
      timeout: patienceMs, what: 'what was acknowledged to be shown by all agents',
    });
    const own = (visitor: VisitorClient): number => Math.max(0, ...visitor.acknowledged.map(({ seq }) => seq));
    await until(() => this.visitors.every((visitor) => this.#tabsOf(visitor).every((tab) => (Array.from(visitor.shown(tab).values()).flat().at(-1)?.seq ?? 0) >= own(visitor))), {
      timeout: patienceMs, what: 'what was acknowledged to be shown in all tabs of its visitor',
    });
  }

  /** One more agent, who knows nothing yet. */
  freshAgent(): AgentClient {
    return new AgentClient({ url: this.#options.url, cookie: this.#options.cookies[0] ?? '', name: 'a fresh agent' });
  }

  views(): View[] {
    return [
      ...this.visitors.flatMap((visitor) => this.#tabsOf(visitor).map((tab): View => ({ name: `${visitor.name}, tab ${tab + 1},`, audience: 'visitor', conversations: visitor.shown(tab) }))),
      ...this.agents.map((agent): View => ({ name: agent.name, audience: 'agent', conversations: agent.shown() })),
    ];
  }

  senders(): readonly Sender[] {
    return this.all;
  }

  #tabsOf(visitor: VisitorClient): number[] {
    return Array.from({ length: visitor.tabs }, (_, tab) => tab);
  }

  async #writeAs(one: VisitorClient | AgentClient, chance: Random): Promise<void> {
    for (let written = 1; written <= this.#share; written += 1) {
      this.#idle.add(one);
      await until(() => {
        if (this.#stopped) throw new Hopeless('The run is over');
        // Whoever may go on has to be let first; how long that takes is the scenario's business.
        return written <= Math.ceil(this.#share * this.#allowed) && (one instanceof VisitorClient || one.logs.size > 0);
      }, { timeout: Number.POSITIVE_INFINITY, every: 5 });
      this.#idle.delete(one);
      await until(() => {
        if (this.#stopped) throw new Hopeless('The run is over');
        // Meanwhile an agent's page may have been loaded again, and knows no conversation yet.
        return one.waiting < (this.trouble ? MOST_WAITING.trouble : MOST_WAITING.calm) && (one instanceof VisitorClient || one.logs.size > 0);
      }, { timeout: this.#options.patienceMs, every: 2, what: `${one.name}'s outbox to empty` });
      const text = `${one.name} writes ${written}${this.#padding(chance)}`;
      if (one instanceof VisitorClient) await this.#writeAsVisitor(one, text, chance);
      else this.#writeAsAgent(one, text, chance);
      this.counts.messages += 1;
      if (this.trouble) this.counts.inTrouble += 1;
    }
    this.#idle.add(one);
  }

  async #writeAsVisitor(visitor: VisitorClient, text: string, chance: Random): Promise<void> {
    await visitor.say(text, chance.between(0, visitor.tabs - 1));
    if (chance.next() >= 0.02) return;
    visitor.reload(chance.between(0, visitor.tabs - 1));
    this.counts.reloads += 1;
  }

  #writeAsAgent(agent: AgentClient, text: string, chance: Random): void {
    const conversation = chance.pick(Array.from(agent.logs.keys()).toSorted());
    agent.say(chance.next() < 0.2 ? 'note:add' : 'message:send', conversation, text);
    if (chance.next() >= 0.01) return;
    agent.reload();
    this.counts.reloads += 1;
  }

  #padding(chance: Random): string {
    return this.#options.length === undefined ? '' : ` ${Array.from({ length: this.#options.length }, () => String.fromCharCode(chance.between(0x4e00, 0x9fa5))).join('')}`;
  }

  /** Measures for one agent; only the first time that an entry is shown counts. */
  #stopwatch(): NonNullable<AgentClientOptions['onShown']> {
    const shown = new Set<string>();
    return ({ conversationId, seq }) => {
      const key = `${conversationId}.${seq}`;
      const at = this.#acknowledgedAt.get(key);
      if (at !== undefined && !shown.has(key)) this.latest = Math.max(this.latest, performance.now() - at);
      shown.add(key);
    };
  }
}
