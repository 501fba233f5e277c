/** Whatever namespace a client asks for, it gets an answer with a code; only /visitor and /agent are there to be used. */
import type { Server, Socket } from 'socket.io';
import { refuseHandshake } from './requests.ts';
import type { Results } from './traffic.ts';

/**
 * Refuses the namespace "/" and all that do not exist. Such a namespace is made for the moment of the refusal: the server's option
 * `cleanupEmptyChildNamespaces` takes it away again, so that names of clients' making leave nothing behind.
 */
export function refuseUnknownNamespaces(io: Server, results: Results): void {
  const refuse = (_: Socket, next: (error: Error) => void): void => {
    results.count('not_found');
    next(refuseHandshake('not_found'));
  };
  io.use(refuse);
  io.of((_name, _auth, next) => next(null, true)).use(refuse);
}
