/** Socket.IO's adapter for one process, which also notes what it told: for gateways that share a database without Redis. */
import { Adapter } from 'socket.io-adapter';
import type { Told } from './told.ts';

export function localAdapter(told: Told): typeof Adapter {
  return class extends Adapter {
    override broadcast(packet: { data?: unknown }, options: Parameters<Adapter['broadcast']>[1]): void {
      if (told.note(this.nsp.name as string, packet.data)) super.broadcast(packet, options);
    }
  };
}
