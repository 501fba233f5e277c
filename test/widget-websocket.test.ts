/** Our client of Engine.IO 4 and Socket.IO 5, frame by frame; the contract with a real server is in widget-connection.test.ts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Wire } from '../widget/connection.ts';
import { openWebSocket } from '../widget/connection-websocket.ts';

class FakeSocket {
  static readonly OPEN = 1;
  static last: FakeSocket;
  readyState = 1;
  readonly sent: string[] = [];
  readonly url: string;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(url: string) {
    this.url = url;
    FakeSocket.last = this;
  }

  send(frame: string): void {
    this.sent.push(frame);
  }

  close(): void {
    this.readyState = 3;
  }

  receive(...frames: unknown[]): void {
    for (const data of frames) this.onmessage?.({ data });
  }
}

const OPEN = '0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';
let wire: Wire;
let events: string[];
/** How often it was asked who we are. */
let named: number;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  events = [];
  named = 0;
  wire = openWebSocket('https://chat.example', () => ({ protocol: 1, workspace: 'demo', named: ++named }), {
    news: (event, payload) => events.push(`${event} ${JSON.stringify(payload)}`),
    refused: (data) => events.push(`refused ${JSON.stringify(data)}`),
    closed: (reason) => events.push(`closed ${reason}`),
  });
});
afterEach(() => {
  wire.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(FakeSocket.last.onmessage).toBeNull();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('opening', () => {
  it('goes to the gateway\'s socket, with the same security as its pages', () => {
    expect(FakeSocket.last.url).toBe('wss://chat.example/socket.io/?EIO=4&transport=websocket');
  });

  it('names itself once the transport is open, as what it is then', () => {
    expect([FakeSocket.last.sent, named]).toEqual([[], 0]);
    FakeSocket.last.receive(OPEN);
    expect(FakeSocket.last.sent).toEqual(['40/visitor,{"protocol":1,"workspace":"demo","named":1}']);
  });

  it('names itself once, also when the gateway\'s greeting was doubled on its way', () => {
    FakeSocket.last.receive(OPEN, OPEN, '40/visitor,{"sid":"y"}', '40/visitor,{"sid":"y"}', OPEN);
    expect(FakeSocket.last.sent).toEqual(['40/visitor,{"protocol":1,"workspace":"demo","named":1}']);
    expect(events).toEqual([]);
  });

  it('tells a wire that never opened from one that broke', () => {
    FakeSocket.last.onclose?.();
    expect(events).toEqual(['closed unopened']);
  });

  it('takes an error for the end: where a content security policy forbids the socket, nothing else comes', () => {
    const { onerror, onclose } = FakeSocket.last;
    onerror?.();
    expect(events).toEqual(['closed unopened']);
    expect([FakeSocket.last.onerror, FakeSocket.last.onclose]).toEqual([null, null]);
    expect(onclose).not.toBeNull();
  });

  it('tells a socket that a network opens only to swallow what is in it: the gateway would have spoken', () => {
    // However long the way there takes.
    vi.advanceTimersByTime(14_000);
    FakeSocket.last.onopen?.();
    vi.advanceTimersByTime(4_999);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect([events, FakeSocket.last.readyState]).toEqual([['closed mute'], 3]);
  });

  it('does not take a gateway for such a network that spoke and then has nothing to say', () => {
    FakeSocket.last.onopen?.();
    FakeSocket.last.receive(OPEN);
    vi.advanceTimersByTime(44_999);
    expect(events).toEqual([]);
  });

  it('passes on why the namespace refused', () => {
    FakeSocket.last.receive(OPEN, '44/visitor,{"message":"no","data":{"code":"not_found","message":"No."}}');
    expect(events).toEqual(['refused {"code":"not_found","message":"No."}']);
    expect(FakeSocket.last.readyState).toBe(3);
  });
});

it('asks for nothing before it is let in, because the gateway would hang up', () => {
  const asked: string[] = [];
  const ask = (event: string): void => wire.emit(event, {}, () => asked.push(event));
  ask('a:b');
  FakeSocket.last.receive(OPEN);
  ask('c:d');
  expect(FakeSocket.last.sent).toEqual([expect.stringMatching(/^40\/visitor,/)]);
  FakeSocket.last.receive('40/visitor,{"sid":"y"}');
  ask('e:f');
  expect(FakeSocket.last.sent.slice(1)).toEqual(['42/visitor,2["e:f",{}]']);
  FakeSocket.last.receive('43/visitor,2[{}]');
  expect([asked, events]).toEqual([['e:f'], []]);
});

describe('an open wire', () => {
  beforeEach(() => FakeSocket.last.receive(OPEN, '40/visitor,{"sid":"y"}'));

  it('answers each ping', () => {
    FakeSocket.last.receive('2', '2');
    expect(FakeSocket.last.sent.slice(1)).toEqual(['3', '3']);
  });

  it('brings news, with and without an id to acknowledge', () => {
    FakeSocket.last.receive('42/visitor,["entry:created",{"entry":"a,[\\"b\\"]"}]', '42/visitor,7["read:updated",{}]');
    expect(events).toEqual(['entry:created {"entry":"a,[\\"b\\"]"}', 'read:updated {}']);
  });

  it('gives each answer to its request, once', () => {
    const answers: string[] = [];
    wire.emit('a:b', { x: 1 }, (data) => answers.push(`first ${JSON.stringify(data)}`));
    wire.emit('c:d', {}, (data) => answers.push(`second ${JSON.stringify(data)}`));
    expect(FakeSocket.last.sent.slice(1)).toEqual(['42/visitor,0["a:b",{"x":1}]', '42/visitor,1["c:d",{}]']);
    FakeSocket.last.receive('43/visitor,1[{"ok":true}]', '43/visitor,0[null]', '43/visitor,1[{"ok":false}]', '43/visitor,99[{}]');
    expect(answers).toEqual(['second {"ok":true}', 'first null']);
  });

  it('notices a gateway that fell silent', () => {
    vi.advanceTimersByTime(44_999);
    FakeSocket.last.receive('2');
    vi.advanceTimersByTime(44_999);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toEqual(['closed silent']);
    expect(FakeSocket.last.readyState).toBe(3);
  });

  it.each([['1', 'ended'], ['41/visitor,', 'ended']])('ends with the gateway\'s %s', (frame, reason) => {
    FakeSocket.last.receive(frame);
    expect(events).toEqual([`closed ${reason}`]);
  });

  it('ends when the network does', () => {
    FakeSocket.last.onclose?.();
    expect(events).toEqual(['closed broken']);
  });

  it.each([
    'hello', '', '9', '4', '42', '42/visitor,', '42/visitor,[', '42/visitor,{}', '42/visitor,null', '42/visitor,[1,{}]', '42/visitor,["a"]', '42/visitor,["a",null]',
    '42/other,["a",{}]', '43/visitor,1', '43/visitor,1{}', '45/visitor,1-["a",{}]', '0', '0{}', '0{"pingInterval":"soon"}', '44/visitor,', '<html>', new ArrayBuffer(2), null,
  ])('hangs up on garbage: %j', (frame) => {
    FakeSocket.last.receive(frame);
    expect(events).toEqual(['closed garbage']);
    expect(FakeSocket.last.readyState).toBe(3);
  });

  it('says nothing more once it was closed', () => {
    const socket = FakeSocket.last;
    const late = socket.onmessage;
    wire.emit('a:b', {}, () => events.push('answered'));
    wire.close();
    late?.({ data: '43/visitor,0[{}]' });
    socket.onclose?.();
    wire.emit('c:d', {}, () => {});
    expect(events).toEqual([]);
    expect(socket.sent).toHaveLength(2);
    wire.close();
  });
});
