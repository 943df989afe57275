/** The page's operations by their hash: it sends the hash, and the text is put in here. */
import { readFileSync, statSync } from 'node:fs';

export type Documents = {
  /** Its text. */
  find: (id: string) => string | undefined;
  /** As it is now: each name is one operation's. */
  findByName: (name: string) => { hash: string; text: string } | undefined;
};

const NAMED = /\b(?:query|mutation|subscription)\s+(\w+)/;

/** `file` is what the code generator wrote. A build, or a change while developing, writes it anew: it is read again then. */
export function readDocuments(file: string): Documents {
  let texts: ReadonlyMap<string, string> = new Map();
  let hashes: ReadonlyMap<string | undefined, string> = new Map();
  let version = '';
  function refresh(): void {
    const stat = statSync(file, { throwIfNoEntry: false });
    const now = stat ? `${stat.mtimeMs} ${stat.size}` : '';
    if (!stat || now === version) return;
    try {
      texts = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>));
      hashes = new Map([...texts].map(([hash, text]) => [NAMED.exec(text)?.[1], hash]));
      version = now;
    } catch {
      // It is being written: the page is told that the hash is not known, and sends the text.
    }
  }
  return {
    find(id) {
      if (!texts.has(id)) refresh();
      return texts.get(id);
    },
    findByName(name) {
      refresh();
      const hash = hashes.get(name);
      return hash === undefined ? undefined : { hash, text: texts.get(hash)! };
    },
  };
}

type Body = { query?: unknown; documentId?: unknown; extensions?: { persistedQuery?: { sha256Hash?: unknown } } | null };

/** `unknown`: the page has to send the text. Whatever is no such operation is passed on as it is, for the router to judge. */
export function putDocument(body: Buffer, documents: Pick<Documents, 'find'>): Buffer | 'unknown' {
  let parsed: Body;
  try {
    parsed = JSON.parse(body.toString('utf8')) as Body;
  } catch {
    return body;
  }
  if (typeof parsed !== 'object' || parsed === null) return body;
  const { documentId, extensions, ...operation } = parsed;
  const { persistedQuery, ...otherExtensions } = extensions ?? {};
  const id = documentId ?? persistedQuery?.sha256Hash;
  if (typeof id !== 'string') return body;
  // A page that has the text sends it beside the hash when the hash was not known.
  const query = typeof operation.query === 'string' ? operation.query : documents.find(id);
  if (query === undefined) return 'unknown';
  const rest = Object.keys(otherExtensions).length > 0 ? { extensions: otherExtensions } : {};
  return Buffer.from(JSON.stringify({ ...operation, query, ...rest }));
}
