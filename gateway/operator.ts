/** What the operator can do with workspaces and their members; each answers the text to print. */
import { randomBytes } from 'node:crypto';
import { nanoid } from 'nanoid';
import { WidgetSettings } from '../shared/settings.ts';
import { SETTINGS } from './config.ts';
import { readablePassword } from './first-workspace.ts';
import { hashPassword } from './passwords.ts';
import { StoreError, type Role, type Store } from './store/store.ts';

/** Something the operator can put right; the message says what. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

export async function listWorkspaces(store: Store): Promise<string> {
  const workspaces = await store.workspaces();
  if (workspaces.length === 0) return 'There are no workspaces yet.\n';
  const width = Math.max(...workspaces.map(({ id }) => id.length));
  return workspaces.map(({ id, name, allowedOrigins }) => `${id.padEnd(width)}  ${name}  (${allowedOrigins.join(', ')})\n`).join('');
}

export interface NewWorkspace { id: string; name: string; ownerEmail: string; ownerPassword: string | undefined; origins: string | undefined }

export async function addWorkspace(store: Store, { id, name, ownerEmail, ownerPassword, origins }: NewWorkspace): Promise<string> {
  const workspace = {
    id: accept('workspace', id, 'The ID'),
    name: nameOf(name),
    settings: WidgetSettings.parse({}),
    allowedOrigins: originsOf(origins) ?? ['*'],
    tokenSecret: randomBytes(32).toString('base64url'),
  };
  // All is checked before anything is made.
  accept('ownerEmail', ownerEmail, '--owner-email');
  const password = await passwordOf(ownerPassword, '--owner-password');
  await store.createWorkspace(workspace).catch(because({ conflict: `There is a workspace "${id}" already.` }));
  await store.addMember(id, { id: nanoid(), name: ownerEmail.split('@')[0] ?? '', email: ownerEmail, role: 'owner', passwordHash: password.hash });
  return `The workspace "${id}" is there. Its owner signs in with ${ownerEmail}${password.said}.\n`;
}

export async function changeWorkspace(store: Store, { id, name, origins }: { id: string; name: string | undefined; origins: string | undefined }): Promise<string> {
  const allowedOrigins = originsOf(origins);
  if (name === undefined && !allowedOrigins) throw new OperatorError('Nothing to change: give --name or --origins.');
  await store
    .updateWorkspace(id, { ...(name === undefined ? {} : { name: nameOf(name) }), ...(allowedOrigins ? { allowedOrigins } : {}) })
    .catch(because({ not_found: noWorkspace(id) }));
  return `The workspace "${id}" is changed.\n`;
}

export interface NewMember { workspace: string; name: string; email: string; role: string | undefined; password: string | undefined }

export async function addMember(store: Store, { workspace, name, email, role = 'agent', password: given }: NewMember): Promise<string> {
  if (role !== 'agent' && role !== 'owner') throw new OperatorError('--role is agent or owner.');
  accept('ownerEmail', email, '--email');
  const password = await passwordOf(given, '--password');
  await store
    .addMember(workspace, { id: nanoid(), name: nameOf(name), email, role: role satisfies Role, passwordHash: password.hash })
    .catch(because({ not_found: noWorkspace(workspace), conflict: `"${workspace}" has a member with ${email} already.` }));
  return `${name} is a member of "${workspace}" and signs in with ${email}${password.said}.\n`;
}

export async function setMemberPassword(store: Store, { workspace, email, password: given }: { workspace: string; email: string; password: string | undefined }): Promise<string> {
  const member = await store.memberForSignIn(workspace, email);
  if (!member) throw new OperatorError(`"${workspace}" has no member with ${email}.`);
  const password = await passwordOf(given, '--password');
  await store.setPassword(workspace, member.id, password.hash);
  return `${member.name} signs in with ${email}${password.said}. All who were signed in with the old password are signed out.\n`;
}

/** Takes a value by the rules of the setting of the same meaning. */
function accept(setting: 'workspace' | 'ownerEmail', value: string, what: string): string {
  const { schema, wants } = SETTINGS[setting];
  if (!schema.safeParse(value).success) throw new OperatorError(`${what} is "${value}"; it wants ${wants}.`);
  return value;
}

function nameOf(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length === 0 || trimmed.length > 80) throw new OperatorError('--name wants from 1 to 80 characters.');
  return trimmed;
}

function originsOf(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  const { schema, wants } = SETTINGS.allowedOrigins;
  const origins = schema.safeParse(text);
  if (!origins.success) throw new OperatorError(`--origins is "${text}"; it wants ${wants}.`);
  return origins.data;
}

/** The hash of the password given, or of one made here; `said` is how the operator learns of that one. */
async function passwordOf(given: string | undefined, option: string): Promise<{ hash: string; said: string }> {
  if (given !== undefined && !SETTINGS.ownerPassword.schema.safeParse(given).success) throw new OperatorError(`${option} wants ${SETTINGS.ownerPassword.wants}.`);
  const password = given ?? readablePassword();
  return { hash: await hashPassword(password), said: given === undefined ? ` and the password ${password} (shown this once)` : '' };
}

const noWorkspace = (id: string): string => `There is no workspace "${id}". "miradesk workspace list" shows those there are.`;

/** Says in words what the store's refusals mean here; anything else stays what it is. */
function because(words: Partial<Record<StoreError['code'], string>>): (error: unknown) => never {
  return (error) => {
    const sentence = error instanceof StoreError ? words[error.code] : undefined;
    throw sentence === undefined ? error : new OperatorError(sentence);
  };
}
