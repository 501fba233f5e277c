/**
 * One wire for all tabs of a browser: the tab that holds a lock has it and leads, the others ask through it over a channel. A tab looks to its
 * connection as if it had a wire to itself, and while it is alone it has; what tabs do together is in parts/wires.tsx, which is loaded
 * when there is a second one. Where locks or channels are missing, each has its own.
 */
import { beside } from './beside.ts';
import type { OpenWire, Wire, WireEvents } from './connection.ts';

export interface SharedWireOptions {
  /** Of the lock and the channel. */
  name: string;
  locks: LockManager | null;
  Channel: typeof BroadcastChannel | null;
  /** Whether this tab has something to say at the handshake that the leading tab cannot: it then takes the lead. */
  mustLead(): boolean;
}

/** A tab that leads, or would if it were let: what the tabs' part needs to know of it. */
export interface Seat {
  name: string;
  locks: LockManager;
  channel: BroadcastChannel;
  events: WireEvents;
  /** The wire of this tab's own, while it leads. */
  wire?: Wire | undefined;
  /** The last session:started, and when it came, by this device's clock. */
  session?: { at: number; payload: unknown } | undefined;
  /** Whom else to tell what comes over the wire; set by the tabs' part. */
  relay?: WireEvents | undefined;
  /** How requests reach a tab that leads; set by the tabs' part while another one does. */
  emit?: Wire['emit'] | undefined;
  /** Lets go of what the tabs' part holds; set by it. */
  leave?(): void;
  over: boolean;
  /** Opens the wire and holds the lock until the end. */
  lead(): Promise<void>;
  /** Ends everything here, and then says so to the connection. */
  end(last: (events: WireEvents) => void): void;
}

/** Makes a way to the gateway that all tabs share of one that each would have for itself. */
export function shareWire(openWire: OpenWire, { name, locks, Channel, mustLead }: SharedWireOptions): OpenWire {
  if (!locks || !Channel) return openWire;
  return (origin, auth, events) => {
    const channel = new Channel(name);
    let letGo = (): void => {};

    function close(): void {
      seat.over = true;
      seat.leave?.();
      seat.wire?.close();
      channel.close();
      letGo();
    }

    const seat: Seat = {
      name, locks, channel, events, over: false,
      lead() {
        try {
          seat.wire = openWire(origin, auth, {
            news(event, payload) {
              if (event === 'session:started') seat.session = { at: Date.now(), payload };
              // This tab first: it settles who the visitor is before others ask.
              events.news(event, payload);
              seat.relay?.news(event, payload);
            },
            refused(data) {
              seat.relay?.refused(data);
              seat.end((to) => to.refused(data));
            },
            closed(reason) {
              seat.relay?.closed(reason);
              seat.end((to) => to.closed(reason));
            },
          });
        } catch {
          // Some browsers throw where a content security policy forbids the address.
          seat.end((to) => to.closed('unopened'));
        }
        return new Promise((resolve) => {
          letGo = resolve;
          if (seat.over) resolve();
        });
      },
      end(last) {
        if (seat.over) return;
        close();
        last(events);
      },
    };

    /** There are others. */
    function together(first?: MessageEvent): void {
      if (!channel.onmessage) return;
      channel.onmessage = null;
      beside<typeof import('./parts/wires.tsx')>('./parts/wires.tsx').then(
        ({ takeSeat }) => seat.over || takeSeat(seat, mustLead(), first),
        () => seat.wire || seat.end((to) => to.closed('unopened')),
      );
    }

    channel.onmessage = together;
    locks.request(name, { ifAvailable: true }, (lock) => (seat.over ? undefined : lock ? seat.lead() : together())).catch(() => {
      // Another tab has taken the lead. Or locks are forbidden here (a sandboxed frame): nobody to share with.
      if (seat.wire) seat.end((to) => to.closed('ended'));
      else if (!seat.over) void seat.lead();
    });
    return {
      emit: (event, payload, answer) => (seat.wire ?? (seat as Pick<Wire, 'emit'>)).emit(event, payload, answer),
      close,
    };
  };
}
