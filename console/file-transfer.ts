/** Sends one file to the gateway and tells how far it has got. XMLHttpRequest, because fetch does not tell. */
import { answerOf, type HttpAnswer } from './http.ts';
import type { Attachment } from '../shared/protocol.ts';

export interface FileTransfer {
  /** Never rejects; of one that was stopped it is `unreachable`. */
  readonly answer: Promise<HttpAnswer<{ file: Attachment }>>;
  stop(): void;
}

/** `onProgress`: from 0 to 1. */
export type SendFile = (file: File, onProgress: (progress: number) => void) => FileTransfer;

export const sendFile: SendFile = (file, onProgress) => {
  const request = new XMLHttpRequest();
  const answer = new Promise<HttpAnswer<{ file: Attachment }>>((resolve) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      let body: unknown = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // Not from the gateway; its status says what there is to know.
      }
      resolve(answerOf(request.status, body));
    };
    for (const event of ['error', 'abort', 'timeout']) request.addEventListener(event, () => resolve({ ok: false, unreachable: true }));
  });
  request.open('POST', `/api/files?name=${encodeURIComponent(file.name.toWellFormed())}`);
  request.setRequestHeader('accept', 'application/json');
  request.send(file);
  return { answer, stop: () => request.abort() };
};
