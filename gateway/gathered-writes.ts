/**
 * Packets that arise together leave together. Engine.IO hands each packet to the system by itself; an acknowledgement and the news that
 * follows it are then two system calls, which is a third of what a message costs the gateway. Here a connection's packets wait until the
 * current turn's promises are through, and go as one piece.
 */

/** What is used here of an Engine.IO connection; `flush` is its own way of sending what waits. */
export interface FlushedConnection {
  flush?: () => void;
  readonly transport: { socket?: { _socket?: { cork(): void; uncork(): void } | null } };
}

/** Makes a connection gather its packets. Leaves one alone that cannot. */
export function gatherWrites(connection: FlushedConnection): void {
  if (typeof connection.flush !== 'function') return;
  const flush = connection.flush.bind(connection);
  let waits = false;

  function flushAll(): void {
    waits = false;
    // Each frame is a write of its own to the network socket, which holds them together.
    const network = connection.transport.socket?._socket;
    network?.cork();
    flush();
    network?.uncork();
  }

  connection.flush = () => {
    if (waits) return;
    waits = true;
    queueMicrotask(flushAll);
  };
}
