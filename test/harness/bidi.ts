/** WebDriver BiDi, the W3C's protocol for driving browsers, as far as our tests need it: commands, answers and events over one WebSocket. */
import { WebSocket } from 'ws';

interface Answer { id: number; type: 'success' | 'error'; result: unknown; error?: string; message?: string }

interface News { method: string; params: unknown }

/** A browser that does not answer a command for this long hangs. */
const ANSWER_MS = 60_000;

export class Bidi {
  readonly #socket: WebSocket;
  readonly #underWay = new Map<number, (answer: Answer | Error) => void>();
  readonly #listeners = new Set<{ method: string; listener: (params: never) => void }>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#take(JSON.parse((data as Buffer).toString()) as Answer | News));
    socket.on('close', () => {
      for (const settle of this.#underWay.values()) settle(new Error('The browser has ended the connection'));
    });
    socket.on('error', () => {}); // its close says all there is to say
  }

  /** `address`: what the browser prints when it listens, ws://127.0.0.1:PORT. */
  static async connect(address: string): Promise<Bidi> {
    const socket = new WebSocket(`${address}/session`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const bidi = new Bidi(socket);
    await bidi.send('session.new', { capabilities: {} });
    return bidi;
  }

  /** Rejects with what the browser says is wrong, or when it does not answer. */
  async send<T = unknown>(method: string, params: object = {}): Promise<T> {
    const id = this.#lastId += 1;
    const answer = await new Promise<Answer | Error>((resolve) => {
      const patience = setTimeout(resolve, ANSWER_MS, new Error(`no answer in ${ANSWER_MS / 1_000} s`));
      this.#underWay.set(id, (settled) => {
        clearTimeout(patience);
        resolve(settled);
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    this.#underWay.delete(id);
    if (answer instanceof Error) throw new Error(`${method}: ${answer.message}`);
    if (answer.type === 'error') throw new Error(`${method}: ${answer.error}: ${answer.message}`);
    return answer.result as T;
  }

  /** Calls `listener` at such events; the session has to be subscribed to them. */
  on<P>(method: string, listener: (params: P) => void): void {
    this.#listeners.add({ method, listener });
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(message: Answer | News): void {
    if ('id' in message && message.id) this.#underWay.get(message.id)?.(message);
    else if ('method' in message) {
      for (const { method, listener } of this.#listeners) if (method === message.method) listener(message.params as never);
    }
  }
}
