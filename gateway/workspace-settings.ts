/** The workspace as its members see and set it: /api/workspace. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SETTINGS_MAX } from '../shared/limits.ts';
import { isOriginPattern, ORIGINS_MAX } from '../shared/origins.ts';
import { WidgetSettings } from '../shared/settings.ts';
import { isStorable } from '../shared/text.ts';
import type { MemberSessions } from './member-sessions.ts';
import { RequestError } from './request-errors.ts';
import { parseBody } from './requests.ts';
import { requireSession } from './sign-in.ts';
import type { Store, Workspace } from './store/store.ts';
import type { Workspaces } from './workspaces.ts';

export interface WorkspaceSettingsOptions { store: Pick<Store, 'updateWorkspace'>; sessions: MemberSessions; workspaces: Workspaces; publicUrl: URL | null }

const Change = z.object({
  name: z.string().refine(isStorable).trim().min(1).max(SETTINGS_MAX.name).optional(),
  /** Those that are named change; the others stay. */
  settings: z.record(z.string(), z.unknown()).optional(),
  allowedOrigins: z.array(z.string().refine(isOriginPattern)).min(1).max(ORIGINS_MAX).optional(),
});

export async function workspaceSettings(fastify: FastifyInstance, { store, sessions, workspaces, publicUrl }: WorkspaceSettingsOptions): Promise<void> {
  function describe(request: FastifyRequest, { id, name, settings, allowedOrigins }: Workspace) {
    return { workspace: { id, name, settings, allowedOrigins }, snippet: snippetOf(publicUrl?.origin ?? `${request.protocol}://${request.host}`, id) };
  }

  fastify.get('/workspace', async (request, reply) => {
    const { workspaceId } = await requireSession(sessions, request);
    const workspace = await workspaces.find(workspaceId);
    if (!workspace) throw new RequestError('not_found');
    void reply.header('cache-control', 'no-store');
    return describe(request, workspace);
  });

  fastify.patch('/workspace', async (request, reply) => {
    const { workspaceId, member } = await requireSession(sessions, request);
    if (member.role !== 'owner') throw new RequestError('forbidden');
    const { settings, name, allowedOrigins } = parseBody(Change, request.body);
    workspaces.forget(workspaceId);
    const before = await workspaces.find(workspaceId);
    if (!before) throw new RequestError('not_found');
    const changed = await store.updateWorkspace(workspaceId, {
      ...(name === undefined ? {} : { name }),
      ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
      // Read with their defaults only after what is stored was put in: a setting that is not named keeps its value.
      ...(settings === undefined ? {} : { settings: parseBody(WidgetSettings, { ...before.settings, ...settings }) }),
    });
    workspaces.forget(workspaceId);
    void reply.header('cache-control', 'no-store');
    return describe(request, changed);
  });
}

/** What a site owner pastes. `origin`: where the gateway is reached. */
export function snippetOf(origin: string, workspaceId: string): string {
  return `<script async src="${origin}/w/${workspaceId}.js"></script>`;
}
