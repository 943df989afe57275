/**
 * The file of a backup. Unpacked (gzip) it is text, lines that each end in \n:
 *
 *   header    one line of JSON (`BackupHeader`): what was backed up, and each table's columns and number of rows
 *   tables    for each, in the header's order, as many lines as it has rows, in PostgreSQL's text format of COPY, which escapes line ends
 *   trailer   one line of JSON: `sha256`, the digest of all before it, and `mac`, HMAC-SHA256 of that digest under a key derived from the root key
 *
 * So a file that was cut or damaged is found out by anybody, and one that somebody wrote anew is by who has the root key.
 */
import { createHash, createHmac, hkdfSync, timingSafeEqual, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline as joinStreams } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { InvalidInput } from '#platform/errors.ts';

const FORMAT = 'pursight backup';
const FORMAT_VERSION = 1;
/** A disk takes no more than this level makes. */
const GZIP_LEVEL = 3;
/** Of the header and the trailer. */
const LONGEST_LINE = 4 * 1024 * 1024;
const LINE_END = 10;

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const qualifiedName = z.string().regex(/^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$/);
const count = z.number().int().nonnegative();

const tableSchema = z.strictObject({
  name: qualifiedName,
  columns: z.array(name).min(1),
  rows: count,
  /** Of a partitioned table: the name of each partition, and its bound as PostgreSQL says it. */
  partitions: z.array(z.strictObject({ name: qualifiedName, bound: z.string() })),
});
const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  /** Of PurSight. */
  productVersion: z.string(),
  createdAt: z.iso.datetime(),
  /** Where the event log was. */
  epoch: z.string(),
  seq: count,
  /** Tells root keys apart, without telling the key. */
  keyId: z.string(),
  /** Of each schema the migrations that made it, by the moments they carry (milliseconds), in their order. */
  migrations: z.record(name, z.array(z.number().int())),
  tables: z.array(tableSchema),
  /** The last number that each sequence gave. */
  sequences: z.array(z.strictObject({ name: qualifiedName, last: z.string().regex(/^-?\d+$/) })),
});
const trailerSchema = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), mac: z.string().regex(/^[0-9a-f]{64}$/) });

export type BackupTable = z.infer<typeof tableSchema>;
export type BackupHeader = z.infer<typeof headerSchema>;
export type BackupContent = Omit<BackupHeader, 'format' | 'formatVersion' | 'keyId'>;

/** The header first; then, for each table, that it begins, and pieces of its rows. */
export type BackupPart = { header: BackupHeader } | { table: BackupTable } | { rows: Buffer };

/** Writes a new file (mode 0600) that is on the disk when this resolves. What was written stays when it fails. */
export async function writeBackup(
  file: string,
  rootKey: Uint8Array,
  content: BackupContent,
  rowsOf: (table: BackupTable) => AsyncIterable<Buffer>,
  signal?: AbortSignal,
): Promise<void> {
  const header: BackupHeader = { format: FORMAT, formatVersion: FORMAT_VERSION, keyId: keyIdOf(rootKey), ...content };
  const hash = createHash('sha256');
  const hashed = (bytes: Buffer): Buffer => (hash.update(bytes), bytes);
  async function* bytes(): AsyncGenerator<Buffer> {
    yield hashed(lineOf(header));
    for (const table of content.tables) for await (const rows of rowsOf(table)) yield hashed(rows);
    const sha256 = hash.digest();
    yield lineOf({ sha256: sha256.toString('hex'), mac: macOf(rootKey, sha256).toString('hex') });
  }
  await pipeline(bytes, createGzip({ level: GZIP_LEVEL }), createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }), { signal });
}

/**
 * Reads a file whole. Throws InvalidInput, with what to do, where it is none, of a newer version, of another root key, damaged or cut; the last two may be
 * told only after everything else was given: nothing of it is to be believed before this ends.
 */
export async function* readBackup(file: string, rootKey: Uint8Array): AsyncGenerator<BackupPart> {
  // The callback is not needed: whoever reads the last stream gets the error of the first.
  const chunks = joinStreams(createReadStream(file), createGunzip(), () => {});
  try {
    const hash = createHash('sha256');
    const reader = createReader(chunks, hash);
    const header = parseHeader(file, await reader.line());
    yield { header };
    for (const table of header.tables) {
      yield { table };
      for await (const rows of reader.rows(table.rows)) yield { rows };
    }
    const sha256 = hash.copy().digest();
    const trailer = trailerSchema.parse(JSON.parse(await reader.line()));
    if (!(await reader.isAtEnd()) || trailer.sha256 !== sha256.toString('hex')) throw damaged(file);
    if (header.keyId !== keyIdOf(rootKey)) {
      throw unusable(
        `${file} was made under another root key, without which nobody could sign in, and no source's password could be opened. Put back the key that belongs to it: root.key in DATA_DIR, or SECRET_KEY.`,
      );
    }
    if (!timingSafeEqual(Buffer.from(trailer.mac, 'hex'), macOf(rootKey, sha256))) {
      throw unusable(`${file} was not written by PurSight with this root key: somebody made it anew. Take another backup.`);
    }
  } catch (error) {
    throw explain(file, error);
  } finally {
    chunks.destroy();
  }
}

/** Reads a file whole, and gives its header. Errors as of `readBackup`. */
export async function checkBackup(
  file: string,
  rootKey: Uint8Array,
  onProgress: (progress: { done: number; total: number }) => void = () => {},
): Promise<BackupHeader> {
  let header: BackupHeader | undefined;
  let done = 0;
  for await (const part of readBackup(file, rootKey)) {
    if ('header' in part) header = part.header;
    else if ('table' in part) {
      onProgress({ done, total: countRows(header!) });
      done += part.table.rows;
    }
  }
  return header!;
}

export const countRows = ({ tables }: Pick<BackupHeader, 'tables'>): number => tables.reduce((sum, { rows }) => sum + rows, 0);

function createReader(chunks: AsyncIterable<Buffer>, hash: Hash) {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  async function more(): Promise<boolean> {
    const { value, done } = await iterator.next();
    if (done) return false;
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
    return true;
  }

  function take(length: number): Buffer {
    const bytes = rest.subarray(0, length);
    rest = rest.subarray(length);
    hash.update(bytes);
    return bytes;
  }

  return {
    async line(): Promise<string> {
      let end = rest.indexOf(LINE_END);
      while (end === -1) {
        if (rest.length > LONGEST_LINE || !(await more())) throw new Cut();
        end = rest.indexOf(LINE_END);
      }
      return take(end + 1).toString('utf8');
    },
    async *rows(expected: number): AsyncGenerator<Buffer> {
      for (let left = expected; left > 0;) {
        if (rest.length === 0 && !(await more())) throw new Cut();
        let end = 0;
        for (let at = 0; left > 0 && (at = rest.indexOf(LINE_END, end)) !== -1; left--) end = at + 1;
        yield take(left > 0 ? rest.length : end);
      }
    },
    isAtEnd: async (): Promise<boolean> => rest.length === 0 && !(await more()),
  };
}

class Cut extends Error {}

function parseHeader(file: string, line: string): BackupHeader {
  const parsed = JSON.parse(line) as { format?: unknown; formatVersion?: unknown; productVersion?: unknown };
  if (parsed.format !== FORMAT) throw notABackup(file);
  if (parsed.formatVersion !== FORMAT_VERSION) throw newerBackup(file, String(parsed.productVersion));
  return headerSchema.parse(parsed);
}

const unusable = (message: string): InvalidInput => new InvalidInput(message, 'file');
const notABackup = (file: string): InvalidInput => unusable(`${file} is no backup of PurSight.`);
const damaged = (file: string): InvalidInput =>
  unusable(`${file} is damaged or was cut off: it is not as it was written. Take another backup.`);
export const newerBackup = (file: string, version: string): InvalidInput =>
  unusable(`${file} was made by a newer PurSight (${version}). Bring this one to that version first, then restore.`);

/** What unpacking, reading lines and the schemas throw. Errors of the system say what is wrong themselves. */
function explain(file: string, error: unknown): unknown {
  const { code = '' } = error as { code?: string };
  if (code === 'ENOENT') return unusable(`There is no file ${file}.`);
  // What does not even begin as gzip does.
  if (code === 'Z_DATA_ERROR' && /incorrect header check/.test((error as Error).message)) return notABackup(file);
  const isDamage = code.startsWith('Z_') || error instanceof Cut || error instanceof SyntaxError || error instanceof z.ZodError;
  return isDamage ? damaged(file) : error;
}

const lineOf = (value: object): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

const derive = (rootKey: Uint8Array, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', rootKey, 'pursight', purpose, 32));
const keyIdOf = (rootKey: Uint8Array): string => derive(rootKey, 'id of the root key in backups').toString('hex').slice(0, 16);
const macOf = (rootKey: Uint8Array, digest: Buffer): Buffer =>
  createHmac('sha256', derive(rootKey, 'seal of backups')).update(digest).digest();
