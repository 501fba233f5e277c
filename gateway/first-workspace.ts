/** What the first start makes, so that somebody can sign in: a workspace and its owner. */
import { randomBytes, randomInt } from 'node:crypto';
import { nanoid } from 'nanoid';
import { WidgetSettings } from '../shared/settings.ts';
import type { Config } from './config.ts';
import { hashPassword } from './passwords.ts';
import { StoreError, type Store } from './store/store.ts';

type SetUpStore = Pick<Store, 'workspace' | 'createWorkspace' | 'updateWorkspace' | 'members' | 'addMember'>;
type SetUpConfig = Pick<Config, 'workspace' | 'allowedOrigins' | 'ownerEmail' | 'ownerPassword'>;

/** The owner who was made by this start; `password` only when it was made up here. */
export interface NewOwner { email: string; password: string | null }

/**
 * Makes the configured workspace where there is none, and its owner where it has no members. Safe to repeat, also after a start that was
 * cut short in between. Answers the owner when one was made.
 */
export async function ensureFirstWorkspace(store: SetUpStore, { workspace: id, allowedOrigins, ownerEmail, ownerPassword }: SetUpConfig): Promise<NewOwner | null> {
  if (!(await store.workspace(id))) {
    await orAlreadyThere(store.createWorkspace({
      id, name: nameFrom(id), settings: WidgetSettings.parse({}), allowedOrigins: allowedOrigins ?? ['*'], tokenSecret: randomBytes(32).toString('base64url'),
    }));
  } else if (allowedOrigins) await store.updateWorkspace(id, { allowedOrigins });

  if ((await store.members(id)).length > 0) return null;
  const password = ownerPassword ?? readablePassword();
  const made = await orAlreadyThere(store.addMember(id, {
    id: nanoid(), name: nameFrom(ownerEmail.split('@')[0] ?? ''), email: ownerEmail, role: 'owner', passwordHash: await hashPassword(password),
  }));
  return made ? { email: ownerEmail, password: ownerPassword === null ? password : null } : null;
}

/** Another process that started at the same moment may have been quicker. */
async function orAlreadyThere(made: Promise<void>): Promise<boolean> {
  try {
    await made;
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'conflict') return false;
    throw error;
  }
}

/** `olive.branch` becomes `Olive Branch`. */
function nameFrom(slug: string): string {
  return slug.split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ').slice(0, 80) || 'Owner';
}

/** Letters and digits that cannot be taken for each other, in groups that can be typed from paper: 90 bits. */
export function readablePassword(): string {
  const signs = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = (): string => Array.from({ length: 6 }, () => signs[randomInt(signs.length)]).join('');
  return [group(), group(), group()].join('-');
}
