/** A conversation as a text file, made in the browser from the whole log. */
import { t, locale } from '../kit.ts';
import type { Entry } from '../../shared/protocol.ts';
import type { Messenger } from '../messenger.ts';

/** Saves it. Rejects when some of it cannot be loaded. */
export async function saveTranscript(messenger: Pick<Messenger, 'connection' | 'state'>, conversationId: string | undefined, team: string): Promise<void> {
  if (!conversationId) return;
  const entries = await wholeLog(messenger, conversationId);
  const address = URL.createObjectURL(new Blob([transcriptOf(entries, team)], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${plain(t('transcriptTitle', { team })).replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80)}.txt`;
  link.click();
  // Given time to be taken: some browsers begin late.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function wholeLog(messenger: Pick<Messenger, 'connection' | 'state'>, conversationId: string): Promise<Entry[]> {
  const state = messenger.state();
  let entries = [...state.entries];
  let { earlier } = state;
  while (earlier && entries[0]) {
    const ack = await messenger.connection.request('history:load', { conversationId, before: entries[0].seq, limit: 100 });
    if (!ack.ok || ack.data.entries.length === 0) throw new Error('the log cannot be loaded');
    entries = [...ack.data.entries, ...entries];
    earlier = ack.data.earlier;
  }
  return entries;
}

/** The text of it. */
export function transcriptOf(entries: readonly Entry[], team: string): string {
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const lines = entries.flatMap((entry): string[] => {
    const at = when.format(new Date(entry.at));
    if (entry.kind === 'message') {
      const author = entry.author.kind === 'visitor' ? t('you') : (entry.author.name ?? t('team'));
      const files = (entry.attachments ?? []).map(({ name }) => plain(t('aFile', { name })));
      return [`[${at}] ${author}:`, ...entry.text.split('\n').filter((line, _, all) => line || all.length > 1), ...files, ''];
    }
    if (entry.kind === 'status') return [`[${at}] ${t(entry.status === 'closed' ? 'closedHere' : 'reopened')}`, ''];
    if (entry.kind === 'rating') return [`[${at}] ${t('rated', { score: entry.score })}`, ...(entry.comment ? entry.comment.split('\n') : []), ''];
    return [];
  });
  return `${plain(t('transcriptTitle', { team }))}\n\n${lines.join('\n')}`;
}

/** Without the invisible marks that hold names together on a screen. */
function plain(text: string): string {
  return text.replace(/[\u2068\u2069]/g, '');
}
