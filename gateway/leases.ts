/** Who is where, told by whoever keeps it: the database, for gateways that share it, or this process alone. */
import type { MemberRef } from '../shared/protocol.ts';
import type { Place } from './store/cluster-store.ts';
import type { Store } from './store/store.ts';

/** Each answers everybody who is at the place, at any gateway. */
export interface Leases {
  take(workspaceId: string, place: Place, member: MemberRef): Promise<MemberRef[]>;
  drop(workspaceId: string, place: Place, member: MemberRef): Promise<MemberRef[]>;
  holders(workspaceId: string, place: Place): Promise<MemberRef[]>;
}

/** For gateways that share a database. */
export function sharedLeases(store: Pick<Store, 'takeLease' | 'dropLease' | 'leaseHolders'>, gatewayId: string): Leases {
  return {
    take: (workspaceId, place, { id }) => store.takeLease(workspaceId, place, id, gatewayId),
    drop: (workspaceId, place, { id }) => store.dropLease(workspaceId, place, id, gatewayId),
    holders: (workspaceId, place) => store.leaseHolders(workspaceId, place),
  };
}

/** For a gateway that has its database to itself. */
export function ownLeases(): Leases {
  const places = new Map<string, Map<string, MemberRef>>();
  const keyOf = (workspaceId: string, place: Place): string => `${workspaceId} ${place ?? ''}`;
  const holders = async (workspaceId: string, place: Place): Promise<MemberRef[]> => [...places.get(keyOf(workspaceId, place))?.values() ?? []];
  return {
    async take(workspaceId, place, { id, name }) {
      const key = keyOf(workspaceId, place);
      const at = places.get(key) ?? new Map<string, MemberRef>();
      places.set(key, at.set(id, { id, name }));
      return holders(workspaceId, place);
    },
    async drop(workspaceId, place, { id }) {
      const key = keyOf(workspaceId, place);
      const at = places.get(key);
      at?.delete(id);
      if (at?.size === 0) places.delete(key);
      return holders(workspaceId, place);
    },
    holders,
  };
}
