/**
 * What lexdelta asks of a Lex. Drivers: `http-lex-source.ts`, `folder-lex-source.ts`.
 * Rows are raw bytes: whoever compares hashes first never parses what has not changed.
 */

/** The count of a namespace. */
export interface DocumentCount {
  readonly total_docs: number;
}

/** One answer of Lex to a request for rows. */
export interface RowsAnswer {
  /** Total that Lex gave with this answer, or `null` when it gave none. A JSON answer may give it after the rows: read it then. */
  readonly totalDocs: number | null;
  /**
   * The rows are elements of a JSON array, told apart by brackets and quotes alone: one that is no JSON may hold the rows
   * behind it. Else they are lines.
   */
  readonly isArray: boolean;
  /**
   * The rows in the order of the answer, in blocks. A row is the document's bytes exactly as received, without line end
   * (LF or CRLF) and, on the first row, without a byte order mark. Blank lines are no rows. The block's rows are views on
   * memory that is not written again. Ends normally only when the answer was complete:
   * @throws TransientError `LEX_BODY_CUT` (content length, missing last line feed, bad gzip, unclosed JSON array),
   *   `LEX_TIMEOUT`, `LEX_UNREACHABLE` while reading. What was read so far must then be thrown away.
   */
  readonly rows: AsyncIterable<readonly Buffer[]>;
}

export interface LexSource {
  /**
   * How many documents the namespace holds now.
   * @throws PermanentError `LEX_NAMESPACE_UNKNOWN`, `LEX_UNAUTHORIZED`, `LEX_ANSWER_INVALID`, `LEX_WRONG_NAMESPACE`, `LEX_REDIRECTED`
   * @throws TransientError `LEX_UNREACHABLE`, `LEX_BUSY`, `LEX_TIMEOUT`, `LEX_BODY_CUT`
   */
  countDocuments(namespace: string, options?: { readonly signal?: AbortSignal }): Promise<number>;

  /**
   * Asks once for up to `limit` rows from `offset` on (counted from 0). Lex may give fewer; no row means past the end.
   * Reads ahead (up to some MiB) as soon as the answer has begun, whether or not `rows` is consumed yet; ending the
   * iteration early, or aborting `signal`, gives the connection back.
   * @throws as `countDocuments`, and PermanentError `LEX_BAD_REQUEST`
   * @throws TransientError `LEX_PAGE_SHORT`: no row, though Lex itself names a total beyond `offset`
   */
  readRows(
    namespace: string,
    offset: number,
    limit: number,
    options?: { readonly signal?: AbortSignal },
  ): Promise<RowsAnswer>;

  /**
   * Whether the document is there: its bytes, `null` when Lex says that it is not there, or `undefined` when this Lex has
   * no get-by-id (any answer but 200 and 404 `document_not_found`; decided once, then remembered).
   * @throws TransientError as `countDocuments`
   */
  getDocument(
    namespace: string,
    id: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Buffer | null | undefined>;

  close(): Promise<void>;
}
