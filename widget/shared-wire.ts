/**
 * One wire for all tabs of a browser: the tab that holds a lock has it and leads, the others ask through it over a channel. When the leading tab
 * goes, the browser gives the lock to the next one, which opens a wire of its own at once; the others hear of it by a new session:started.
 * A tab looks to its connection as if it had a wire to itself. Where locks or channels are missing it has.
 */
import type { CloseReason, OpenWire, Wire, WireEvents } from './connection.ts';
import { newName } from './names.ts';

export interface SharedWireOptions {
  name: string;
  locks: LockManager | null;
  Channel: typeof BroadcastChannel | null;
  /** Whether this tab has something to say at the handshake that the leading tab cannot: it then takes the lead. */
  mustLead(): boolean;
}

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

/** Makes a way to the gateway that all tabs share of one that each would have for itself. */
export function shareWire(openWire: OpenWire, { name, locks, Channel, mustLead }: SharedWireOptions): OpenWire {
  if (!locks || !Channel) return openWire;
  return (origin, auth, events) => {
    const tab = newName();
    const channel = new Channel(name);
    const leaving = new AbortController();
    const answers = new Map<number, (data: unknown) => void>();
    let asked = 0;
    let wire: Wire | undefined;
    let session: { at: number; payload: { serverTime: string } } | undefined;
    let giveUpLead = (): void => {};
    let patience: ReturnType<typeof setTimeout> | undefined;
    let over = false;

    function post(note: Note): void {
      if (!over) channel.postMessage(note);
    }

    function close(): void {
      if (over) return;
      over = true;
      clearTimeout(patience);
      leaving.abort();
      wire?.close();
      channel.close();
      giveUpLead();
    }

    /** The wire is gone for everybody. */
    function end(tell: (to: WireEvents) => void): void {
      if (over) return;
      close();
      tell(events);
    }

    function lead(): Promise<void> {
      clearTimeout(patience);
      answers.clear();
      try {
        wire = openOwn();
      } catch {
        // Some browsers throw where a content security policy forbids the address.
        end((to) => to.closed('unopened'));
      }
      return new Promise((resolve) => {
        giveUpLead = resolve;
        if (over) resolve();
      });
    }

    function openOwn(): Wire {
      return openWire(origin, auth, {
        news(event, payload) {
          if (event === 'session:started') session = { at: Date.now(), payload: payload as { serverTime: string } };
          // This tab first: it settles who the visitor is before others ask.
          events.news(event, payload);
          post({ kind: 'news', event, payload });
        },
        refused(data) {
          post({ kind: 'refused', data });
          end((to) => to.refused(data));
        },
        closed(reason) {
          post({ kind: 'closed', reason });
          end((to) => to.closed(reason));
        },
      });
    }

    function want(steal: boolean): void {
      locks?.request(name, steal ? { steal } : { signal: leaving.signal }, () => (over ? undefined : lead())).catch((error: unknown) => {
        if (over) return;
        // Taken over by another tab: follow it. Or locks are forbidden here (a sandboxed frame): nobody to share with.
        if (wire) end((to) => to.closed('ended'));
        else if ((error as Error).name !== 'AbortError') void lead();
      });
    }

    function join(): void {
      post({ kind: 'join', tab });
      clearTimeout(patience);
      patience = setTimeout(() => {
        if (!wire && !session) want(true);
      }, SILENT_MS);
    }

    channel.onmessage = ({ data }: MessageEvent<Note>) => {
      if (wire) serve(data);
      else follow(data);
    };

    /** The leading tab's side. */
    function serve(note: Note): void {
      if (note.kind === 'join') {
        if (!session) post({ kind: 'patience' });
        else {
          const { at, payload } = session;
          const serverTime = new Date(Date.parse(payload.serverTime) + Date.now() - at).toISOString();
          post({ kind: 'news', event: 'session:started', payload: { ...payload, serverTime }, tab: note.tab });
        }
      } else if (note.kind === 'ask') {
        wire?.emit(note.event, note.payload, (data) => post({ kind: 'answer', tab: note.tab, id: note.id, data }));
      }
    }

    /** The other tabs' side. */
    function follow(note: Note): void {
      if (note.kind === 'patience') {
        clearTimeout(patience);
        patience = setTimeout(join, SILENT_MS);
      } else if (note.kind === 'news' && (note.tab === undefined || note.tab === tab)) {
        if (note.event === 'session:started') {
          session = { at: 0, payload: note.payload as { serverTime: string } };
          clearTimeout(patience);
          answers.clear();
        }
        if (session) events.news(note.event, note.payload);
      } else if (note.kind === 'answer' && note.tab === tab) {
        answers.get(note.id)?.(note.data);
        answers.delete(note.id);
      } else if (note.kind === 'refused') end((to) => to.refused(note.data));
      else if (note.kind === 'closed') end((to) => to.closed(note.reason));
    }

    want(mustLead());
    // Asked a moment later: whoever is alone here leads by then.
    patience = setTimeout(() => {
      if (!wire && !over) join();
    });

    return {
      emit(event, payload, answer) {
        if (wire) {
          wire.emit(event, payload, answer);
          return;
        }
        answers.set(++asked, answer);
        post({ kind: 'ask', tab, id: asked, event, payload });
      },
      close,
    };
  };
}
