/** Wires what a signed-in member works with. Each part gets what it needs here and knows nothing of the others. */
import { createContext } from 'preact';
import { effect } from '@preact/signals';
import { useContext } from 'preact/hooks';
import type { Entry } from '../shared/protocol.ts';
import { createActions, type Actions } from './actions.ts';
import { createArrivals } from './arrivals.ts';
import { setServerTime } from './clock.ts';
import { createConnection, type Connection } from './connection.ts';
import { createDrafts, type Drafts } from './drafts.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { createLogs, type Logs } from './logs.ts';
import { createMembers, type Members } from './members.ts';
import { createReading, type Reading } from './reading.ts';
import { route } from './routes.ts';
import { createSending, type Sending } from './sending.ts';
import { sessionEnded, type SignedIn } from './session.ts';
import { sendFile } from './file-transfer.ts';
import { createTyping, type Typing } from './typing.ts';
import { createUploads, type Uploads } from './uploads.ts';
import { createViewing, type Viewing } from './viewing.ts';

export interface Desk extends SignedIn {
  connection: Connection;
  inbox: Inbox;
  logs: Logs;
  sending: Sending;
  drafts: Drafts;
  uploads: Uploads;
  reading: Reading;
  typing: Typing;
  viewing: Viewing;
  members: Members;
  actions: Actions;
  dispose(): void;
}

/** Opens a desk for whoever is signed in; `dispose` closes it, and keeps what was typed. */
export function openDesk({ member, workspace }: SignedIn): Desk {
  const owner = `${workspace.id}:${member.id}`;
  const connection = createConnection({ onSignedOut: sessionEnded });
  const inbox = createInbox({
    connection, memberId: member.id,
    // What came while nobody was there has now reached an inbox.
    onListed({ id, head, preview }) {
      if (preview?.author === 'visitor') reading.delivered(id, head);
    },
    onErased: (ids) => logs.erase(ids),
  });
  const arrivals = createArrivals({ inbox, memberId: member.id });
  const logs = createLogs({ connection, inbox, onEntry: (entry: Entry) => arrivals.inOpened(entry) });
  const sending = createSending({ connection, storage: localStorage, owner, onSent: (entry) => logs.take(entry) });
  const reading = createReading({ connection, inbox });
  const members = createMembers(connection);
  const drafts = createDrafts(localStorage, owner);
  const uploads = createUploads({ connection, sendFile });
  const typing = createTyping({ connection, memberId: member.id });
  const viewing = createViewing({ connection, memberId: member.id });

  const offs = [
    connection.on('session:started', ({ serverTime }) => setServerTime(serverTime)),
    connection.on('entry:created', ({ entry, conversation }) => {
      arrivals.anywhere(entry, conversation);
      if (entry.kind === 'message' && entry.author.kind === 'visitor') reading.delivered(entry.conversationId, entry.seq);
    }),
    startHeartbeat({ connection, inbox, logs, members }),
    effect(() => {
      if (route.value.at === 'inbox') inbox.show(route.value.view, route.value.conversationId);
    }),
  ];

  return {
    member, workspace, connection, inbox, logs, sending, reading, typing, viewing, members, drafts, uploads,
    actions: createActions({ connection, inbox, logs }),
    dispose() {
      for (const off of offs) off();
      for (const part of [arrivals, logs, sending, reading, members, typing, viewing, drafts, uploads, inbox]) part.dispose();
      connection.close();
    },
  };
}

export const DeskContext = createContext<Desk | null>(null);

/** The desk of the member who is signed in. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('There is no desk outside of a session.');
  return desk;
}
