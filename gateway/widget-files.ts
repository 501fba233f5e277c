/** What the snippet loads: the loader with the launcher's settings inside it, the panel's settings, the panel's files, and the shims. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { languageFor } from '../shared/accept-language.ts';
import { wireError, type WireError } from '../shared/errors.ts';
import { LAUNCHER_ICONS } from '../shared/launcher-icons.ts';
import { LAUNCHER_WORDS } from '../shared/launcher-words.ts';
import { splitSettings, type LoaderSettings, type Locale } from '../shared/settings.ts';
import type { Assets } from './assets.ts';
import { BoundedMap } from './bounded-map.ts';
import type { ClientAddress } from './client-address.ts';
import { isOwnOrigin, originAllowed } from './origins.ts';
import { statusOf, toWireError } from './request-errors.ts';
import { addVary, sendFile, ServedFile } from './served-files.ts';
import type { Workspace } from './store/store.ts';
import type { Workspaces } from './workspaces.ts';

/** A minute old is young enough for settings; an edge may go on with an older one while it fetches, and for a week while we are down. */
const SETTINGS_CACHE = 'public, max-age=60, stale-while-revalidate=86400, stale-if-error=604800';
/** A shim is a part of the site's page, under an address that stays. */
const SHIM_CACHE = 'public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800';
const IMMUTABLE = 'public, max-age=31536000, immutable';

/**
 * The panel of another version of us, which a loader that was cached before the upgrade asks for, or one from a gateway that is upgraded
 * already: it is given ours, so that no visitor has to reload.
 */
const OTHER_PANEL = /^(?:[0-9a-f]{10}\/panel|panel-[A-Z0-9]{8})\.js$/;

export interface WidgetFilesOptions { assets: Assets; workspaces: Workspaces; clientAddress: ClientAddress; publicUrl: URL | null }

export async function widgetFiles(fastify: FastifyInstance, { assets, workspaces, clientAddress, publicUrl }: WidgetFilesOptions): Promise<void> {
  const made = new BoundedMap<string, { content: string; file: ServedFile }>({ max: 1_000 });

  /** A file of a workspace; made again only when what it says has changed. */
  function fileOf(key: string, name: string, content: string, body: () => string): ServedFile {
    const before = made.get(key);
    if (before?.content === content) return before.file;
    const file = new ServedFile(name, Buffer.from(body()));
    made.set(key, { content, file });
    return file;
  }

  /** `gateway`: what the loader says about where the gateway is. */
  function loaderOf(workspace: Workspace, language: Locale, gateway: string): ServedFile {
    const { launcher } = splitSettings(workspace.settings);
    const all: LoaderSettings = {
      ...launcher, launcherIcon: LAUNCHER_ICONS[launcher.launcherIcon], workspace: workspace.id, gateway, panel: assets.panel, language, ...LAUNCHER_WORDS[language],
    };
    // What is empty, or on, need not be said: every byte here is in a page's way.
    const settings = scriptJson(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '' && value !== true)));
    return fileOf(`${workspace.id} ${language} ${gateway}`, 'loader.js', settings, () => `${assets.loader}(${settings});\n`);
  }

  function panelSettingsOf(workspace: Workspace): ServedFile {
    const settings = JSON.stringify(splitSettings(workspace.settings).panel);
    return fileOf(workspace.id, 'settings.json', settings, () => settings);
  }

  fastify.addHook('onRequest', async (_, reply) => {
    // Any website may embed these; whether it may talk is decided where it talks.
    void reply.header('cross-origin-resource-policy', 'cross-origin');
  });

  fastify.get<{ Params: { '*': string } }>('/assets/*', async (request, reply) => {
    // Slashes more than one are how a loader asks again for what it could not have (widget/loader.ts).
    const name = request.params['*'].replace(/\/+/g, '/');
    const file = assets.widget.get(`assets/${name}`);
    void reply.header('access-control-allow-origin', '*');
    // From the root, since what is relative would depend on the slashes.
    if (!file && OTHER_PANEL.test(name)) return sendScript(reply, `export * from ${scriptJson(`/w/${assets.panel}`)};\n`);
    return file ? sendFile(request, reply, file, IMMUTABLE) : sendWarning(reply, 404, 'This file of the MiraDesk widget does not exist (any more). Reloading the page gets the current one.');
  });

  fastify.get<{ Params: { file: string } }>('/migrate/:file', async (request, reply) => {
    const file = assets.migrate.get(request.params.file);
    void reply.header('access-control-allow-origin', '*');
    if (file) return sendFile(request, reply, file, SHIM_CACHE);
    const names = [...assets.migrate.keys()].toSorted().join(', ');
    return sendWarning(reply, 404, `MiraDesk has no shim of this name; there are ${names}.`);
  });

  // `?gateway` is for whoever serves the loader from another address, as the edge does. Only our own setting says which address that is:
  // what a request says about it (its Host, say) would end up in copies for everybody.
  fastify.get<{ Params: { file: string }; Querystring: { gateway?: string } }>('/:file', async (request, reply) => {
    const [, id = '', kind] = /^(.+)\.(js|json)$/.exec(request.params.file) ?? [];
    if (kind === 'json') return sendPanelSettings(id, request, reply);
    const workspace = await workspaces.find(id);
    if (!workspace) return sendWarning(reply, 404, `MiraDesk has no workspace for ${request.url.split('?')[0] ?? ''}; check the address in the snippet.`);
    if (!allowsOrigin(request, reply, workspace)) return sendWarning(reply, 403, 'This website is not on the list of websites that may use this MiraDesk workspace.');
    const elsewhere = request.query.gateway !== undefined;
    if (elsewhere && !publicUrl) return sendWarning(reply, 404, 'This MiraDesk gateway does not know its own address, which a widget that is served from elsewhere needs. Set PUBLIC_URL where the gateway runs.');
    addVary(reply, 'accept-language');
    return sendFile(request, reply, loaderOf(workspace, languageFor(request.headers['accept-language']), elsewhere ? publicUrl?.origin ?? '' : ''), SETTINGS_CACHE);
  });

  /** The panel reads these: what goes wrong is told as JSON as well. */
  async function sendPanelSettings(id: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      const workspace = await workspaces.find(id);
      if (!workspace) return sendError(reply, wireError('not_found'));
      if (!allowsOrigin(request, reply, workspace)) return sendError(reply, wireError('origin_not_allowed'));
      return await sendFile(request, reply, panelSettingsOf(workspace), SETTINGS_CACHE);
    } catch (error) {
      const wire = toWireError(error);
      if (wire.code === 'internal') throw error;
      return sendError(reply, wire);
    }
  }

  /**
   * A plain script tag sends no Origin and always loads; the widget is then refused at its socket. A crossorigin script or a fetch does
   * send one, and is refused here already.
   */
  function allowsOrigin(request: FastifyRequest, reply: FastifyReply, workspace: Workspace): boolean {
    const { origin } = request.headers;
    if (workspace.allowedOrigins.includes('*')) {
      void reply.header('access-control-allow-origin', '*');
      return true;
    }
    addVary(reply, 'origin');
    if (origin === undefined) return true;
    if (!originAllowed(origin, workspace.allowedOrigins) && !isOwnOrigin({ origin, host: clientAddress.hostOf(request.raw) }, publicUrl)) return false;
    void reply.header('access-control-allow-origin', origin);
    return true;
  }
}

/** JSON that can stand in a script: no `</script>`, and no line separators, which older parsers take for line ends. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function sendError(reply: FastifyReply, error: WireError): FastifyReply {
  return reply.code(statusOf(error.code)).header('cache-control', 'no-store').send({ error });
}

/** A script that only tells a developer what is wrong. */
function sendWarning(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  return sendScript(reply.code(status), `console.warn(${scriptJson(sentence)});\n`);
}

/** A script that belongs to this moment only. */
function sendScript(reply: FastifyReply, code: string): FastifyReply {
  return reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-store').send(code);
}
