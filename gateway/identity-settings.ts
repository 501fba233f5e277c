/** The secret with which a site's server signs who its users are: /api/workspace/identity, for owners. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { MemberSessions } from './member-sessions.ts';
import { RequestError } from './request-errors.ts';
import { requireSession } from './sign-in.ts';
import type { VisitorStore } from './store/visitor-store.ts';
import type { Workspaces } from './workspaces.ts';

export interface IdentitySettingsOptions { store: Pick<VisitorStore, 'renewIdentitySecret'>; sessions: MemberSessions; workspaces: Workspaces }

export async function identitySettings(fastify: FastifyInstance, { store, sessions, workspaces }: IdentitySettingsOptions): Promise<void> {
  async function ownersWorkspace(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    void reply.header('cache-control', 'no-store');
    const { workspaceId, member } = await requireSession(sessions, request);
    if (member.role !== 'owner') throw new RequestError('forbidden');
    return workspaceId;
  }

  fastify.get('/workspace/identity', async (request, reply) => {
    const workspaceId = await ownersWorkspace(request, reply);
    // Another gateway may have made a new one.
    workspaces.forget(workspaceId);
    const workspace = await workspaces.find(workspaceId);
    if (!workspace) throw new RequestError('not_found');
    return { secret: workspace.identitySecret };
  });

  fastify.post('/workspace/identity', async (request, reply) => {
    const workspaceId = await ownersWorkspace(request, reply);
    const { identitySecret: secret } = await store.renewIdentitySecret(workspaceId);
    workspaces.forget(workspaceId);
    return { secret };
  });
}
