/**
 * What tabs do together over one wire. The one that leads passes on what comes over it and asks for the others. When it goes, the browser
 * gives its lock to the next one, which opens a wire of its own at once; the others hear of it by a new session:started.
 */
import type { CloseReason } from '../connection.ts';
import { newName } from '../kit.ts';
import type { Seat } from '../shared-wire.ts';

/** What goes through the channel; `tab` names one of those that follow. */
type Note =
  | { kind: 'join'; tab: string }
  /** I lead, and have no session yet. */
  | { kind: 'patience' }
  | { kind: 'news'; event: string; payload: unknown; tab?: string }
  | { kind: 'ask'; tab: string; id: number; event: string; payload: unknown }
  | { kind: 'answer'; tab: string; id: number; data: unknown }
  | { kind: 'refused'; data: unknown }
  | { kind: 'closed'; reason: CloseReason };

/** A leading tab that says nothing for this long is frozen, or has forgotten us; the lead is taken from it. */
const SILENT_MS = 3_000;

/** Takes part from now on: leads on, or follows whoever leads. `first`: what had come through the channel already. */
export function takeSeat(seat: Seat, mustLead: boolean, first?: MessageEvent<Note>): void {
  const { channel, locks, name, events } = seat;
  const tab = newName();
  const answers = new Map<number, (data: unknown) => void>();
  let asked = 0;
  let joined = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const leaving = new AbortController();

  function post(note: Note): void {
    if (!seat.over) channel.postMessage(note);
  }

  /** The leading tab's side. */
  function serve(note: Note): void {
    if (note.kind === 'join') {
      if (!seat.session) return post({ kind: 'patience' });
      const { at, payload } = seat.session as { at: number; payload: { serverTime: string } };
      const serverTime = new Date(Date.parse(payload.serverTime) + Date.now() - at).toISOString();
      post({ kind: 'news', event: 'session:started', payload: { ...payload, serverTime }, tab: note.tab });
    } else if (note.kind === 'ask') {
      seat.wire?.emit(note.event, note.payload, (data) => post({ kind: 'answer', tab: note.tab, id: note.id, data }));
    }
  }

  /** The other tabs' side. */
  function follow(note: Note): void {
    if (note.kind === 'patience') wait(join);
    else if (note.kind === 'news' && (note.tab === undefined || note.tab === tab)) {
      if (note.event === 'session:started') {
        joined = true;
        clearTimeout(patience);
        answers.clear();
      }
      if (joined) events.news(note.event, note.payload);
    } else if (note.kind === 'answer' && note.tab === tab) {
      answers.get(note.id)?.(note.data);
      answers.delete(note.id);
    } else if (note.kind === 'refused') seat.end((to) => to.refused(note.data));
    else if (note.kind === 'closed') seat.end((to) => to.closed(note.reason));
  }

  function wait(then: () => void): void {
    clearTimeout(patience);
    patience = setTimeout(() => !seat.over && !seat.wire && !joined && then(), SILENT_MS);
  }

  function join(): void {
    post({ kind: 'join', tab });
    wait(() => {
      // What is granted just now is not taken: from ourselves we would steal it.
      leaving.abort();
      want(true);
    });
  }

  /** Waits for the lead; or takes it at once. */
  function want(steal: boolean): void {
    locks.request(name, steal ? { steal } : { signal: leaving.signal }, () => {
      if (seat.over) return undefined;
      clearTimeout(patience);
      answers.clear();
      return seat.lead();
    }).catch(() => seat.wire && seat.end((to) => to.closed('ended')));
  }

  seat.relay = {
    news: (event, payload) => post({ kind: 'news', event, payload }),
    refused: (data) => post({ kind: 'refused', data }),
    closed: (reason) => post({ kind: 'closed', reason }),
  };
  seat.leave = () => {
    clearTimeout(patience);
    leaving.abort();
  };
  seat.emit = (event, payload, answer) => {
    answers.set(++asked, answer);
    post({ kind: 'ask', tab, id: asked, event, payload });
  };
  channel.onmessage = ({ data }: MessageEvent<Note>) => (seat.wire ? serve : follow)(data);

  if (seat.wire) {
    if (first) serve(first.data);
    return;
  }
  want(mustLead);
  if (!mustLead) join();
}
