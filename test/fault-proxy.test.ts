/** The bad network of the fault tests does what it says, and the same with the same seed. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Lane, NO_FAULTS, noPackets, type PacketFaults } from './harness/fault-lane.ts';
import { FaultProxy } from './harness/fault-proxy.ts';
import { random } from './harness/random.ts';
import { Relay } from './harness/relay.ts';
import { until } from './harness/until.ts';

const open: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

describe('a lane', () => {
  /** What 200 packets, put in at once, become. */
  async function through(seed: number, faults: Partial<PacketFaults>) {
    const counts = noPackets();
    const arrived: number[] = [];
    const lane = new Lane<number>({ chance: random(seed), faults: () => ({ ...NO_FAULTS, ...faults }), counts, deliver: (packet) => arrived.push(packet) });
    for (let packet = 0; packet < 200; packet += 1) lane.put(packet);
    await new Promise<void>((resolve) => lane.finish(resolve));
    return { arrived, counts };
  }
  const inOrder = Array.from({ length: 200 }, (_, index) => index);

  it('passes everything on in order in good weather', async () => {
    expect((await through(1, {})).arrived).toEqual(inOrder);
  });

  it('loses packets, the same ones with the same seed', async () => {
    const [one, again, other] = [await through(1, { drop: 0.2 }), await through(1, { drop: 0.2 }), await through(2, { drop: 0.2 })];
    expect(one.arrived.length).toBe(200 - one.counts.dropped);
    expect(one.counts.dropped).toBeGreaterThan(10);
    expect(again.arrived).toEqual(one.arrived);
    expect(other.arrived).not.toEqual(one.arrived);
  });

  it('doubles packets', async () => {
    const { arrived, counts } = await through(3, { duplicate: 0.2 });
    expect(counts.duplicated).toBeGreaterThan(10);
    expect(arrived.length).toBe(200 + counts.duplicated);
    expect([...new Set(arrived)].toSorted((a, b) => a - b)).toEqual(inOrder);
  });

  it('holds packets up without changing their order, or lets others overtake them', async () => {
    const delayed = await through(4, { delay: 0.02 });
    expect(delayed.counts.delayed).toBeGreaterThan(0);
    expect(delayed.arrived).toEqual(inOrder);
    const overtaken = await through(5, { reorder: 0.2 });
    expect(overtaken.arrived).not.toEqual(inOrder);
    expect(overtaken.arrived.toSorted((a, b) => a - b)).toEqual(inOrder);
  });
});

describe('the proxy', () => {
  let server: Server;
  let origin: string;
  let proxy: FaultProxy;
  /** How many connections the server has seen end. */
  let ended: { count: number };

  /** Repeats what it hears. */
  beforeEach(async () => {
    const own = { count: 0 };
    ended = own;
    server = createServer((request, response) => { response.end(`${request.method} ${request.url} ${request.headers.cookie}`); });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, request) => {
      socket.send(`hello ${request.headers.cookie}`);
      socket.on('message', (data) => socket.send(data as Buffer, { binary: false }));
      socket.on('close', () => { own.count += 1; });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    open.push(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); for (const client of sockets.clients) client.terminate(); }));
    // The first of the two is never there.
    proxy = await FaultProxy.open({ seed: 1, origins: () => ['http://localhost:1', origin] });
    open.push(() => proxy.close());
  });

  function dial(): { socket: WebSocket; heard: string[]; closed(): boolean } {
    const socket = new WebSocket(proxy.url.replace('http', 'ws'), { headers: { cookie: 'a=b' } });
    const heard: string[] = [];
    let closed = false;
    socket.on('message', (data) => heard.push((data as Buffer).toString()));
    socket.on('close', () => { closed = true; });
    socket.on('error', () => {});
    open.push(() => socket.terminate());
    return { socket, heard, closed: () => closed };
  }

  it('passes plain requests to a gateway that is alive', async () => {
    for (let request = 0; request < 5; request += 1) {
      expect(await (await fetch(`${proxy.url}/api/x`, { method: 'POST', body: 'y', headers: { cookie: 'a=b' } })).text()).toBe('POST /api/x a=b');
    }
  });

  it('joins WebSockets with a gateway that is alive, and what is said first is not lost', async () => {
    const lines = Array.from({ length: 5 }, dial);
    for (const { socket, heard } of lines) {
      await until(() => heard[0] === 'hello a=b');
      socket.send('one');
      await until(() => heard[1] === 'one');
    }
    expect(proxy.counts.connections).toBe(5);
  });

  it('cuts connections at both ends', async () => {
    const { heard, closed } = dial();
    await until(() => heard.length === 1);
    proxy.cut();
    await until(() => closed() && ended.count === 1);
  });

  it('falls silent without closing anything, and is well for those who come anew', async () => {
    const [old, fresh] = [dial(), dial()];
    await until(() => old.heard.length === 1 && fresh.heard.length === 1);
    proxy.silence();
    const after = dial();
    await until(() => after.heard.length === 1);
    old.socket.send('anybody?');
    after.socket.send('me');
    await until(() => after.heard.includes('me'));
    expect([old.heard, old.closed(), ended.count]).toEqual([['hello a=b'], false, 0]);
  });
});

describe('the relay', () => {
  it('falls silent and goes on, is cut and comes back', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => server.close());
    const relay = await Relay.start({ port: (server.address() as AddressInfo).port });
    open.push(() => relay.stop());
    const call = (): { socket: Socket; heard(): string; closed(): boolean } => {
      const socket = connect(relay.port, '127.0.0.1').setEncoding('utf8');
      let [heard, closed] = ['', false];
      socket.on('data', (text: string) => { heard += text; }).on('close', () => { closed = true; }).on('error', () => {});
      open.push(() => socket.destroy());
      return { socket, heard: () => heard, closed: () => closed };
    };

    const one = call();
    one.socket.write('a');
    await until(() => one.heard() === 'a');
    relay.silence();
    one.socket.write('b');
    const two = call();
    two.socket.write('c');
    await until(() => two.socket.readyState === 'open');
    expect([one.heard(), two.heard()]).toEqual(['a', '']);
    relay.heal();
    await until(() => one.heard() === 'ab' && two.heard() === 'c');
    relay.cut();
    await until(() => one.closed() && two.closed());
    const during = call();
    await until(() => during.closed());
    relay.heal();
    const three = call();
    three.socket.write('d');
    await until(() => three.heard() === 'd');
  });
});
