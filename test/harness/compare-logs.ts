/**
 * After a fault test: compares what people sent, what they were told and what their clients show with the log.
 * The log is the truth; everything else has to agree with it, and it with itself. Answers sentences, one a difference.
 */

/** An entry of the log, as stored. */
export interface LogEntry {
  conversationId: string;
  seq: number;
  kind: string;
  /** The name its sender gave it; null for entries of the system. */
  clientId: string | null;
  /** Only messages and notes have one. */
  text: string | null;
}

/** One acknowledgement a client received. */
export interface Acknowledged { clientId: string; conversationId: string; seq: number }

export interface Sender {
  name: string;
  /** What was written, in the order of sending. No text is sent twice in a whole test, so the text says which message it is. */
  sent: readonly string[];
  acknowledged: readonly Acknowledged[];
  /** Texts of those that still wait to be sent: they are not lost. */
  unsent?: readonly string[];
}

/** What a client shows at the end: entries by conversation, as they stand on the screen. */
export interface View { name: string; audience: 'visitor' | 'agent'; conversations: ReadonlyMap<string, ReadonlyArray<Pick<LogEntry, 'seq' | 'kind' | 'text'>>> }

/** Kinds that only agents see. */
const AGENTS_ONLY = new Set(['note', 'assigned']);

/** More than these of one kind help nobody. */
const MOST_OF_A_KIND = 8;

type ByText = ReadonlyMap<string, readonly LogEntry[]>;

/** Every difference, in a sentence each; empty when nothing was lost, doubled, swapped or shown wrongly. */
export function differences({ log, senders, views }: { log: readonly LogEntry[]; senders: readonly Sender[]; views: readonly View[] }): string[] {
  const conversations = Map.groupBy(log, (entry) => entry.conversationId);
  for (const entries of conversations.values()) entries.sort((a, b) => a.seq - b.seq);
  const byText: ByText = Map.groupBy(log.filter((entry) => entry.text !== null), (entry) => entry.text ?? '');
  return [
    holes(conversations),
    senders.flatMap((sender) => sentAgainstLog(sender, byText)),
    senders.flatMap((sender) => acknowledgedAgainstLog(sender, log)),
    senders.flatMap((sender) => order(sender, byText)),
    unknown(byText, senders),
    views.flatMap((view) => shown(view, conversations)),
  ].flatMap((found) => (found.length <= MOST_OF_A_KIND ? found : [...found.slice(0, MOST_OF_A_KIND), `${found[0]?.split(':')[0]}: … and ${found.length - MOST_OF_A_KIND} more`]));
}

function holes(conversations: ReadonlyMap<string, readonly LogEntry[]>): string[] {
  return Array.from(conversations).flatMap(([id, entries]) => {
    const wrong = entries.findIndex((entry, index) => entry.seq !== index + 1);
    return wrong < 0 ? [] : [`seq: conversation ${id} has ${entries[wrong]?.seq} where ${wrong + 1} belongs`];
  });
}

function sentAgainstLog({ name, sent, unsent = [] }: Sender, byText: ByText): string[] {
  return sent.flatMap((text, index) => {
    const entries = byText.get(text) ?? [];
    const what = `${name}'s message ${index + 1} ("${short(text)}")`;
    if (entries.length === 0) return unsent.includes(text) ? [] : [`lost: ${what} is not in the log`];
    return entries.length === 1 ? [] : [`doubled: ${what} is in the log ${entries.length} times: ${entries.map(place).join(', ')}`];
  });
}

function acknowledgedAgainstLog({ name, acknowledged }: Sender, log: readonly LogEntry[]): string[] {
  const byPlace = new Map(log.map((entry) => [place(entry), entry]));
  return acknowledged.flatMap((ack) => {
    const there = byPlace.get(place(ack));
    if (there?.clientId === ack.clientId) return [];
    return [`acknowledged: ${name} was told that ${ack.clientId} is ${place(ack)}, but the log has ${there ? there.clientId ?? 'a nameless entry' : 'nothing'} there`];
  });
}

/** Within a conversation, what one person sent first stands first. */
function order({ name, sent }: Sender, byText: ByText): string[] {
  const last = new Map<string, LogEntry>();
  return sent.flatMap((text) => {
    const entry = byText.get(text)?.[0];
    if (!entry) return [];
    const before = last.get(entry.conversationId);
    last.set(entry.conversationId, entry);
    return before && before.seq > entry.seq ? [`order: ${name} sent "${short(before.text ?? '')}" before "${short(text)}", but they are ${place(before)} and ${place(entry)}`] : [];
  });
}

function unknown(byText: ByText, senders: readonly Sender[]): string[] {
  const texts = new Set(senders.flatMap((sender) => sender.sent));
  return Array.from(byText).filter(([text]) => !texts.has(text)).map(([text, entries]) => `unknown: nobody sent "${short(text)}", which is ${entries.map(place).join(', ')}`);
}

function shown(view: View, conversations: ReadonlyMap<string, readonly LogEntry[]>): string[] {
  return Array.from(view.conversations).flatMap(([id, entries]) => {
    const wanted = (conversations.get(id) ?? []).filter((entry) => view.audience === 'agent' || !AGENTS_ONLY.has(entry.kind));
    for (let index = 0; index < Math.max(wanted.length, entries.length); index += 1) {
      const [want, have] = [wanted[index], entries[index]];
      if (want?.seq === have?.seq && want?.kind === have?.kind && want?.text === have?.text) continue;
      return [`shown: ${view.name} shows ${have ? line(have) : 'nothing'} as number ${index + 1} of ${entries.length} in conversation ${id}, where the log has ${want ? line(want) : 'nothing'} (${wanted.length} in all)`];
    }
    return [];
  });
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
const place = (entry: { conversationId: string; seq: number }): string => `${entry.conversationId}.${entry.seq}`;
const line = (entry: Pick<LogEntry, 'seq' | 'kind' | 'text'>): string => `${entry.seq} (${entry.kind}${entry.text === null ? '' : ` "${short(entry.text)}"`})`;
