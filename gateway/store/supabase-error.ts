/** What PostgREST, or whatever else answers at that address, said; `code` is a SQLSTATE, one of PostgREST's own, or nothing. */
export class SupabaseError extends Error {
  override readonly name = 'SupabaseError';
  readonly code: string;
  /** Of HTTP; 0: there was no answer. */
  readonly status: number;
  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
