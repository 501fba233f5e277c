/** What is known of files that people send; their bytes are in the file storage (gateway/file-storage.ts). */
import { FILES_PENDING_MAX } from '../../shared/limits.ts';
import type { Attachment } from '../../shared/protocol.ts';
import { answered, attachmentOf } from './results.ts';
import type { Rpc } from './store.ts';

/** Who uploaded a file, and alone may send it or take it back. */
export interface FileOwner { kind: 'visitor' | 'agent'; id: string }

/** What a file turned out to be when all of it was there. */
export type FileContent = Omit<Attachment, 'id'>;

export interface FileStore {
  /** Reserves a file whose bytes are about to come. False: this owner has FILES_PENDING_MAX that were not sent yet. */
  addFile(workspaceId: string, file: { id: string; owner: FileOwner }): Promise<boolean>;
  /** All bytes of a reserved file are stored; from now on it can be sent, and fetched. */
  completeFile(workspaceId: string, fileId: string, content: FileContent): Promise<Attachment>;
  /** Null when there is none of this id, or not yet all of it. */
  file(workspaceId: string, fileId: string): Promise<Attachment | null>;
  /** Takes back a file that was not sent. False: there is no such file of this owner. Its bytes are then to be removed, and it is to be dropped. */
  forgetFile(workspaceId: string, fileId: string, owner: FileOwner): Promise<boolean>;
  /** Files that are to go, at most so many: not sent within a day, or forgotten, or erased. Nobody gets them any more. */
  staleFiles(max: number): Promise<Array<{ workspace: string; id: string }>>;
  /** The bytes of these files, which were to go, are gone. */
  dropFiles(workspaceId: string, fileIds: readonly string[]): Promise<void>;
}

export function fileStore(rpc: Rpc): FileStore {
  return {
    async addFile(workspaceId, { id, owner }) {
      return await rpc('add_file', {
        p_workspace: workspaceId, p_file: id, p_owner_kind: owner.kind, p_owner: owner.id, p_pending_max: FILES_PENDING_MAX,
      }) === true;
    },
    async completeFile(workspaceId, fileId, { name, type, size, width = null, height = null }) {
      return attachmentOf(answered('complete_file', await rpc('complete_file', { p_workspace: workspaceId, p_file: fileId, p_name: name, p_type: type, p_size: size, p_width: width, p_height: height }), 'id', 'name', 'type', 'size'));
    },
    async file(workspaceId, fileId) {
      const found = await rpc('find_file', { p_workspace: workspaceId, p_file: fileId });
      return found === null ? null : attachmentOf(answered('find_file', found, 'id', 'name', 'type', 'size'));
    },
    async forgetFile(workspaceId, fileId, owner) {
      return await rpc('forget_file', { p_workspace: workspaceId, p_file: fileId, p_owner_kind: owner.kind, p_owner: owner.id }) === true;
    },
    async staleFiles(max) {
      return answered<Array<{ workspace: string; id: string }>>('stale_files', await rpc('stale_files', { p_max: max }), 'length');
    },
    async dropFiles(workspaceId, fileIds) {
      await rpc('drop_files', { p_workspace: workspaceId, p_files: fileIds });
    },
  };
}
