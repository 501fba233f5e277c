/** The comparison at the end of the fault tests, shown to find what it is there to find. */
import { describe, expect, it } from 'vitest';
import { differences, type LogEntry, type Sender, type View } from './harness/compare-logs.ts';

/** Ann (a visitor) and Bo (an agent) in one conversation; Bo also writes a note. */
function sound(): { log: LogEntry[]; senders: Sender[]; views: View[] } {
  const entry = (seq: number, clientId: string | null, kind = 'message'): LogEntry =>
    ({ conversationId: 'talk', seq, kind, clientId, text: kind === 'status' || kind === 'assigned' ? null : `text of ${clientId}` });
  const log = [entry(1, 'ann-1'), entry(2, 'bo-assign', 'assigned'), entry(3, 'bo-1'), entry(4, 'bo-note', 'note'), entry(5, 'ann-2'), entry(6, 'bo-2'), entry(7, 'bo-close', 'status')];
  const sender = (name: string, ...ids: string[]): Sender => ({
    name,
    sent: ids.map((clientId) => `text of ${clientId}`),
    acknowledged: ids.map((clientId) => ({ clientId, conversationId: 'talk', seq: log.find((one) => one.clientId === clientId)?.seq ?? 0 })),
  });
  return {
    log,
    senders: [sender('Ann', 'ann-1', 'ann-2'), sender('Bo', 'bo-1', 'bo-note', 'bo-2')],
    views: [
      { name: 'Ann', audience: 'visitor', conversations: new Map([['talk', log.filter((one) => !['note', 'assigned'].includes(one.kind))]]) },
      { name: 'Bo', audience: 'agent', conversations: new Map([['talk', [...log]]]) },
    ],
  };
}

const kinds = (found: readonly string[]): string[] => [...new Set(found.map((sentence) => sentence.split(':')[0] ?? ''))].toSorted();

describe('the comparison', () => {
  it('finds nothing when all is well', () => {
    expect(differences(sound())).toEqual([]);
  });

  it('reports a message that was lost', () => {
    const case_ = sound();
    case_.log.splice(4, 1);
    const found = differences(case_);
    expect(kinds(found)).toEqual(['acknowledged', 'lost', 'seq', 'shown']);
    expect(found).toContain('lost: Ann\'s message 2 ("text of ann-2") is not in the log');
  });

  it('reports a message that was lost and never acknowledged', () => {
    const { log, senders, views } = sound();
    const ann: Sender = { name: 'Ann', sent: [...(senders[0]?.sent ?? []), 'still here?'], acknowledged: senders[0]?.acknowledged ?? [] };
    expect(differences({ log, senders: [ann, ...senders.slice(1)], views })).toEqual(['lost: Ann\'s message 3 ("still here?") is not in the log']);
  });

  it('reports a message that was stored twice, under another name too', () => {
    const case_ = sound();
    case_.log.push({ ...(case_.log[4] as LogEntry), seq: 8, clientId: 'ann-2-again' });
    const found = differences(case_);
    expect(kinds(found)).toEqual(['doubled', 'shown']);
    expect(found[0]).toBe('doubled: Ann\'s message 2 ("text of ann-2") is in the log 2 times: talk.5, talk.8');
  });

  it('reports a message that nobody sent', () => {
    const case_ = sound();
    case_.log.push({ conversationId: 'talk', seq: 8, kind: 'message', clientId: 'zoe-1', text: 'from nowhere' });
    expect(differences({ ...case_, views: [] })).toEqual(['unknown: nobody sent "from nowhere", which is talk.8']);
  });

  it('reports an acknowledgement that was for nothing', () => {
    const case_ = sound();
    const ann = case_.senders[0] as Sender;
    const found = differences({ ...case_, senders: [{ ...ann, acknowledged: [{ clientId: 'ann-9', conversationId: 'talk', seq: 12 }] }, ...case_.senders.slice(1)] });
    expect(found).toEqual(['acknowledged: Ann was told that ann-9 is talk.12, but the log has nothing there']);
  });

  it('reports two messages that changed places', () => {
    const case_ = sound();
    const [first, second] = [case_.log[2] as LogEntry, case_.log[5] as LogEntry];
    [first.clientId, second.clientId] = [second.clientId, first.clientId];
    [first.text, second.text] = [second.text, first.text];
    const found = differences({ ...case_, views: [] });
    expect(kinds(found)).toEqual(['acknowledged', 'order']);
    expect(found).toContain('order: Bo sent "text of bo-note" before "text of bo-2", but they are talk.4 and talk.3');
  });

  it('reports a hole in seq', () => {
    const case_ = sound();
    (case_.log[6] as LogEntry).seq = 9;
    expect(differences({ ...case_, views: [] })).toEqual(['seq: conversation talk has 9 where 7 belongs']);
  });

  it('reports a changed text', () => {
    const case_ = sound();
    (case_.log[0] as LogEntry).text = 'something else';
    expect(kinds(differences(case_))).toEqual(['lost', 'unknown']);
  });

  it.each([
    ['misses an entry', (shown: LogEntry[]) => shown.splice(1, 1)],
    ['shows one twice', (shown: LogEntry[]) => shown.push({ ...(shown.at(-1) as LogEntry) })],
    ['shows two in the wrong order', (shown: LogEntry[]) => shown.reverse()],
    ['shows another text', (shown: LogEntry[]) => { shown[0] = { ...(shown[0] as LogEntry), text: 'not what was said' }; }],
    ['shows nothing', (shown: LogEntry[]) => shown.splice(0)],
  ])('reports a client that %s', (_, spoil) => {
    const { log, senders } = sound();
    const shownEntries = log.map((entry) => ({ ...entry }));
    spoil(shownEntries);
    expect(kinds(differences({ log, senders, views: [{ name: 'Bo', audience: 'agent', conversations: new Map([['talk', shownEntries]]) }] }))).toEqual(['shown']);
  });

  it('reports a visitor who sees a note', () => {
    const { log, senders } = sound();
    expect(kinds(differences({ log, senders, views: [{ name: 'Ann', audience: 'visitor', conversations: new Map([['talk', log]]) }] }))).toEqual(['shown']);
  });
});
