/**
 * What Meilisearch's documentation says of the part of its API that is used here, for tests where there is no Meilisearch: each request is
 * checked against it, and answered as documented (keys, tasks that are done some time later, errors). It does not rank words: who asks it
 * for any is refused.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilterError, normalize, parseFilter, type Document } from './contractFilter.ts';

type Index = { createdAt: string; primaryKey: string | null; settings: Record<string, unknown>; documents: Map<string, Document> };
type TaskError = { message: string; code: string; type: string; link: string };
type Task = {
  uid: number;
  indexUid: string | null;
  status: 'enqueued' | 'processing' | 'succeeded' | 'failed' | 'canceled';
  type: string;
  error: TaskError | null;
  enqueuedAt: string;
};
type Key = {
  uid: string;
  key: string;
  name: string | null;
  description: string | null;
  actions: string[];
  indexes: string[];
  expiresAt: string | null;
};
type Work = () => void;

export type ContractServer = {
  url: string;
  masterKey: string;
  /** Of all requests: method, path, and whose key it had. */
  requests: { method: string; path: string; key: 'master' | 'other' | 'none' }[];
  indexes: ReadonlyMap<string, { documents: Map<string, Document>; settings: Record<string, unknown> }>;
  keys: ReadonlyMap<string, Key>;
  /** Goes away as a killed server does; what it was given stays. */
  kill(): Promise<void>;
  start(): Promise<void>;
  deleteIndex(uid: string): void;
  /** Everything that comes is refused so, or tasks fail so; undefined: no more. */
  refuse(error: { status: number; code: string } | undefined): void;
  failTasks(error: { code: string; type: string } | undefined): void;
  /** Tasks are given and not done. */
  holdTasks(isHeld: boolean): void;
  /** Another one is let in from now on, and no key that was made. */
  changeMasterKey(key: string): void;
};

class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly type: string;
  constructor(status: number, code: string, message: string, type = status === 403 || status === 401 ? 'auth' : 'invalid_request') {
    super(message);
    this.status = status;
    this.code = code;
    this.type = type;
  }
}

const ACTIONS =
  /^(\*|search|version|(documents|indexes|tasks|settings|stats|metrics|dumps|snapshots|keys)\.(\*|add|get|create|delete|update|swap|cancel))$/;
const SEARCH: Readonly<Record<string, (value: unknown) => boolean>> = {
  indexUid: (value) => typeof value === 'string',
  q: (value) => typeof value === 'string',
  filter: () => true,
  sort: (value) => isTexts(value) && value.every((each) => /^\w+:(asc|desc)$/.test(each)),
  facets: (value) => isTexts(value),
  attributesToRetrieve: (value) => isTexts(value),
  limit: (value) => isCount(value),
  offset: (value) => isCount(value),
  page: (value) => isCount(value),
  hitsPerPage: (value) => isCount(value),
};
const SETTINGS = [
  'searchableAttributes',
  'displayedAttributes',
  'filterableAttributes',
  'sortableAttributes',
  'rankingRules',
  'typoTolerance',
  'faceting',
  'pagination',
  'proximityPrecision',
  'prefixSearch',
  'facetSearch',
  'synonyms',
];
const DEFAULTS: Readonly<Record<string, unknown>> = {
  filterableAttributes: [],
  sortableAttributes: [],
  rankingRules: ['words', 'typo', 'proximity', 'attribute', 'sort', 'exactness'],
  faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { '*': 'alpha' } },
  pagination: { maxTotalHits: 1000 },
};
/** The documented limit. */
const MOST_BYTES = 100_000_000;

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === 'string');
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isUid = (text: string): boolean => /^[\w-]{1,400}$/.test(text);
const matches = (pattern: string, text: string): boolean =>
  pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;

/** On a free port. */
export async function startContractServer(firstKey = 'a master key of the contract'): Promise<ContractServer> {
  const indexes = new Map<string, Index>();
  const tasks: Task[] = [];
  const waiting: { task: Task; work: Work }[] = [];
  const keys = new Map<string, Key>();
  const requests: ContractServer['requests'] = [];
  let masterKey = firstKey;
  let refused: { status: number; code: string } | undefined;
  let failing: { code: string; type: string } | undefined;
  let isHeld = false;
  let isWorking = false;
  let server: Server | undefined;
  let port = 0;

  const errorOf = ({ code, message, type }: { code: string; message: string; type: string }): TaskError => ({
    message,
    code,
    type,
    link: `https://docs.meilisearch.com/errors#${code}`,
  });
  const getIndex = (uid: string): Index => {
    const index = indexes.get(uid);
    if (!index) throw new ApiError(404, 'index_not_found', `Index \`${uid}\` not found.`);
    return index;
  };
  const makeIndex = (uid: string, primaryKey: string | null): Index => {
    const index = { createdAt: new Date().toISOString(), primaryKey, settings: { ...DEFAULTS }, documents: new Map<string, Document>() };
    indexes.set(uid, index);
    return index;
  };

  /** One after the other, some time after they were given. */
  async function doTasks(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    while (waiting.length > 0 && !isHeld && server) {
      const { task, work } = waiting[0]!;
      task.status = 'processing';
      await sleep(1);
      if (!server || isHeld) break;
      waiting.shift();
      try {
        if (failing) throw new ApiError(500, failing.code, 'It fails on purpose.', failing.type);
        work();
        task.status = 'succeeded';
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        task.status = 'failed';
        task.error = errorOf(error);
      }
    }
    isWorking = false;
  }

  function enqueue(indexUid: string | null, type: string, work: Work): [number, unknown] {
    const task: Task = { uid: tasks.length, indexUid, status: 'enqueued', type, error: null, enqueuedAt: new Date().toISOString() };
    tasks.push(task);
    waiting.push({ task, work });
    void doTasks();
    return [202, { taskUid: task.uid, indexUid, status: 'enqueued', type, enqueuedAt: task.enqueuedAt }];
  }

  type Asked = {
    method: string;
    path: string[];
    query: URLSearchParams;
    body: unknown;
    text: string;
    contentType: string;
    allows: (action: string, index?: string) => boolean;
  };

  function authorize(request: IncomingMessage): Asked['allows'] {
    const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const key = [...keys.values()].find((each) => each.key === token);
    requests.push({ method: request.method!, path: request.url!, key: token === masterKey ? 'master' : token ? 'other' : 'none' });
    if (token === undefined)
      throw new ApiError(
        401,
        'missing_authorization_header',
        'The Authorization header is missing. It must use the bearer authorization method.',
      );
    if (token === masterKey) return () => true;
    return (action, index) =>
      key !== undefined &&
      key.actions.some((each) => each === '*' || each === action || each === `${action.split('.')[0]}.*`) &&
      (index === undefined || key.indexes.some((pattern) => matches(pattern, index)));
  }

  const need = (asked: Asked, action: string, index?: string): void => {
    if (!asked.allows(action, index)) throw new ApiError(403, 'invalid_api_key', 'The provided API key is invalid.');
  };

  function answer(asked: Asked): [number, unknown] {
    const { method, path } = asked;
    const [first, second] = path;
    const route = `${method} /${first}`;
    if (first === 'keys') return answerKeys(asked);
    if (first === 'indexes') return answerIndexes(asked);
    if (route === 'GET /tasks' && second !== undefined) {
      need(asked, 'tasks.get');
      const task = tasks[Number(second)];
      // Of a task that is about several indexes only who may see all of them is told.
      if (!task || !asked.allows('tasks.get', task.indexUid ?? '*'))
        throw new ApiError(404, 'task_not_found', `Task \`${second}\` not found.`);
      return [200, task];
    }
    if (route === 'POST /swap-indexes') return swap(asked);
    if (route === 'POST /multi-search') {
      const { queries, ...rest } = asked.body as { queries: Record<string, unknown>[] };
      if (!Array.isArray(queries) || Object.keys(rest).length > 0)
        throw new ApiError(400, 'bad_request', 'Unknown field in the multi-search.');
      return [200, { results: queries.map((query) => search(asked, query)) }];
    }
    throw new ApiError(404, 'not_found', `The contract has no ${method} /${path.join('/')}.`);
  }

  function answerKeys(asked: Asked): [number, unknown] {
    const { method, path, body } = asked;
    if (method === 'GET') {
      need(asked, 'keys.get');
      const key = [...keys.values()].find(({ uid, key: text }) => uid === path[1] || text === path[1]);
      if (!key) throw new ApiError(404, 'api_key_not_found', `API key \`${path[1]}\` not found.`);
      return [200, key];
    }
    need(asked, 'keys.create');
    const { uid = randomUUID(), name = null, description = null, actions, indexes: patterns, expiresAt } = body as Partial<Key>;
    if (!isTexts(actions) || !actions.every((each) => ACTIONS.test(each)))
      throw new ApiError(400, 'invalid_api_key_actions', 'Unknown action.');
    if (!isTexts(patterns) || !patterns.every((each) => isUid(each.replace(/\*$/, '')) || each === '*'))
      throw new ApiError(400, 'invalid_api_key_indexes', 'An index pattern must hold letters, digits, - and _, and may end with *.');
    if (expiresAt === undefined) throw new ApiError(400, 'missing_api_key_expires_at', 'Missing field `expiresAt`');
    if (keys.has(uid)) throw new ApiError(409, 'api_key_already_exists', `\`uid\` field value \`${uid}\` is already an existing API key.`);
    const key = {
      uid,
      key: createHmac('sha256', masterKey).update(uid).digest('hex'),
      name,
      description,
      actions,
      indexes: patterns,
      expiresAt,
    };
    keys.set(uid, key);
    return [201, key];
  }

  function swap(asked: Asked): [number, unknown] {
    const pairs = (asked.body as { indexes: string[]; rename?: boolean }[]).map(({ indexes: pair, rename = false }) =>
      rename ? [] : pair,
    );
    if (!pairs.every((pair) => isTexts(pair) && pair.length === 2))
      throw new ApiError(400, 'invalid_swap_indexes', 'Two indexes are swapped.');
    for (const uid of pairs.flat()) need(asked, 'indexes.swap', uid);
    for (const uid of pairs.flat()) getIndex(uid);
    return enqueue(null, 'indexSwap', () => {
      for (const [a, b] of pairs) {
        const [left, right] = [getIndex(a!), getIndex(b!)];
        indexes.set(a!, right);
        indexes.set(b!, left);
      }
    });
  }

  function answerIndexes(asked: Asked): [number, unknown] {
    const { method, path, body, query } = asked;
    const [, uid, what, id] = path;
    if (uid === undefined) {
      const { uid: made, primaryKey = null } = body as { uid: string; primaryKey?: string };
      need(asked, 'indexes.create', made);
      if (!isUid(made)) throw new ApiError(400, 'invalid_index_uid', `\`${made}\` is not a valid index uid.`);
      return enqueue(made, 'indexCreation', () => {
        if (indexes.has(made)) throw new ApiError(409, 'index_already_exists', `Index \`${made}\` already exists.`);
        makeIndex(made, primaryKey);
      });
    }
    const route = `${method} ${what ?? ''}`;
    if (route === 'GET ') {
      need(asked, 'indexes.get', uid);
      const { createdAt, primaryKey } = getIndex(uid);
      return [200, { uid, createdAt, updatedAt: createdAt, primaryKey }];
    }
    if (route === 'DELETE ') {
      need(asked, 'indexes.delete', uid);
      return enqueue(uid, 'indexDeletion', () => (getIndex(uid), void indexes.delete(uid)));
    }
    if (route === 'PATCH settings') {
      need(asked, 'settings.update', uid);
      const unknown = Object.keys(body as object).find((name) => !SETTINGS.includes(name));
      if (unknown) throw new ApiError(400, 'bad_request', `Unknown field \`${unknown}\``);
      return enqueue(uid, 'settingsUpdate', () => void Object.assign((indexes.get(uid) ?? makeIndex(uid, null)).settings, body));
    }
    if (what !== 'documents') throw new ApiError(404, 'not_found', `The contract has no ${route} of indexes.`);
    if (method === 'GET' && id !== undefined) {
      need(asked, 'documents.get', uid);
      const document = getIndex(uid).documents.get(decodeURIComponent(id));
      if (!document) throw new ApiError(404, 'document_not_found', `Document \`${id}\` not found.`);
      return [200, document];
    }
    if (method === 'GET') {
      need(asked, 'documents.get', uid);
      const fields = query.get('fields')?.split(',');
      return [
        200,
        pageOf([...getIndex(uid).documents.values()], Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 20), fields),
      ];
    }
    if (method === 'POST' && id === 'fetch') {
      need(asked, 'documents.get', uid);
      const { ids, limit = 20, offset = 0 } = body as { ids: string[]; limit?: number; offset?: number };
      const { documents } = getIndex(uid);
      return [
        200,
        pageOf(
          ids.flatMap((each): Document[] => [documents.get(each) ?? []].flat()),
          offset,
          limit,
        ),
      ];
    }
    if (method === 'POST' && id === 'delete-batch') {
      need(asked, 'documents.delete', uid);
      if (!isTexts(body)) throw new ApiError(400, 'invalid_document_id', 'A list of ids is expected.');
      return enqueue(uid, 'documentDeletion', () => {
        const { documents } = getIndex(uid);
        for (const each of body) documents.delete(each);
      });
    }
    if (method === 'DELETE' && id === undefined) {
      need(asked, 'documents.delete', uid);
      return enqueue(uid, 'documentDeletion', () => getIndex(uid).documents.clear());
    }
    if ((method === 'POST' || method === 'PUT') && id === undefined) return add(asked, uid);
    throw new ApiError(405, 'method_not_allowed', `The contract has no ${method} of documents.`);
  }

  function add(asked: Asked, uid: string): [number, unknown] {
    const { method, query, contentType, text, body } = asked;
    need(asked, 'documents.add', uid);
    const documents = (
      contentType === 'application/x-ndjson' ? text.split('\n').map((line) => JSON.parse(line) as unknown) : body
    ) as Document[];
    const primaryKey = query.get('primaryKey');
    return enqueue(uid, 'documentAdditionOrUpdate', () => {
      if (!indexes.has(uid) && !asked.allows('indexes.create', uid))
        throw new ApiError(404, 'index_not_found', `Index \`${uid}\` not found.`);
      const index = indexes.get(uid) ?? makeIndex(uid, primaryKey);
      const name = (index.primaryKey ??= primaryKey) ?? 'id';
      for (const document of documents) {
        const id = document[name];
        if (typeof id !== 'string' || !/^[\w-]{1,511}$/.test(id))
          throw new ApiError(400, 'invalid_document_id', `\`${String(id)}\` is no document identifier.`);
      }
      for (const document of documents) {
        const id = document[name] as string;
        // PUT changes the fields that it names.
        index.documents.set(id, method === 'PUT' ? { ...index.documents.get(id), ...document } : document);
      }
    });
  }

  function search(asked: Asked, query: Record<string, unknown>): unknown {
    for (const [name, value] of Object.entries(query)) {
      if (!SEARCH[name]) throw new ApiError(400, 'bad_request', `Unknown field \`${name}\``);
      if (!SEARCH[name](value)) throw new ApiError(400, `invalid_search_${name.toLowerCase()}`, `Invalid value for \`${name}\`.`);
    }
    const uid = query.indexUid as string;
    need(asked, 'search', uid);
    if (query.q !== undefined && query.q !== '') throw new ApiError(400, 'bad_request', 'The contract server ranks no words.');
    const { settings, documents } = getIndex(uid);
    const filterable = settings.filterableAttributes as (
      | string
      | { attributePatterns: string[]; features: { filter: { equality: boolean; comparison: boolean } } }
    )[];
    const featuresOf = (attribute: string) => {
      const rule = filterable.find((each) =>
        typeof each === 'string' ? each === attribute : each.attributePatterns.some((pattern) => matches(pattern, attribute)),
      );
      return typeof rule === 'string' ? { equality: true, comparison: true } : rule?.features.filter;
    };
    const test =
      query.filter === undefined
        ? () => true
        : parseOr400(() =>
            parseFilter(query.filter, (attribute, comparison) => {
              const features = featuresOf(attribute);
              if (!features || (comparison ? !features.comparison : !features.equality))
                throw new FilterError(`Attribute \`${attribute}\` is not filterable so.`);
            }),
          );
    const found = [...documents.values()].filter(test);
    const sort = (query.sort ?? []) as string[];
    const sortable = settings.sortableAttributes as string[];
    for (const each of sort)
      if (!sortable.includes(each.split(':')[0]!)) throw new ApiError(400, 'invalid_search_sort', `Attribute \`${each}\` is not sortable.`);
    if ((settings.rankingRules as string[]).includes('sort')) found.sort((a, b) => compareBy(sort, a, b));
    const { maxTotalHits } = settings.pagination as { maxTotalHits: number };
    const isFinite = query.page !== undefined || query.hitsPerPage !== undefined;
    const limit = (isFinite ? (query.hitsPerPage ?? 20) : (query.limit ?? 20)) as number;
    const offset = isFinite ? limit * Math.max(((query.page ?? 1) as number) - 1, 0) : ((query.offset ?? 0) as number);
    const total = Math.min(found.length, maxTotalHits);
    const fields = query.attributesToRetrieve as string[] | undefined;
    return {
      indexUid: uid,
      hits: found.slice(offset, Math.min(offset + limit, maxTotalHits)).map((document) => pick(document, fields)),
      query: '',
      processingTimeMs: 0,
      ...(isFinite
        ? { page: query.page ?? 1, hitsPerPage: limit, totalPages: Math.ceil(total / Math.max(limit, 1)), totalHits: total }
        : { limit, offset, estimatedTotalHits: total }),
      ...(query.facets !== undefined && {
        facetDistribution: Object.fromEntries(
          (query.facets as string[]).map((attribute) => {
            if (!featuresOf(attribute)) throw new ApiError(400, 'invalid_search_facets', `Attribute \`${attribute}\` is not filterable.`);
            return [attribute, distribute(found, attribute, settings.faceting as Faceting)];
          }),
        ),
        facetStats: {},
      }),
    };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks);
      const allows = authorize(request);
      if (refused) throw new ApiError(refused.status, refused.code, 'It is refused on purpose.', 'internal');
      if (raw.length > MOST_BYTES) throw new ApiError(413, 'payload_too_large', 'The provided payload reached the size limit.');
      const url = new URL(request.url!, 'http://contract');
      const contentType = request.headers['content-type'] ?? '';
      const text = raw.toString();
      const body = text !== '' && contentType === 'application/json' ? (JSON.parse(text) as unknown) : undefined;
      const path = url.pathname.split('/').filter(Boolean);
      send(...answer({ method: request.method!, path, query: url.searchParams, body, text, contentType, allows }));
    } catch (error) {
      const told = error instanceof ApiError ? error : new ApiError(500, 'internal', String((error as Error).stack), 'internal');
      send(told.status, errorOf(told));
    }
  }

  async function start(): Promise<void> {
    const made = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
    ({ port } = made.address() as AddressInfo);
    server = made;
    void doTasks();
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    get masterKey() {
      return masterKey;
    },
    requests,
    indexes,
    keys,
    start,
    async kill() {
      const ended = server;
      server = undefined;
      ended?.closeAllConnections();
      await new Promise((resolve) => (ended ? ended.close(resolve) : resolve(undefined)));
    },
    deleteIndex: (uid) => void indexes.delete(uid),
    refuse: (error) => void (refused = error),
    failTasks: (error) => void (failing = error),
    holdTasks(held) {
      isHeld = held;
      void doTasks();
    },
    changeMasterKey(key) {
      masterKey = key;
      for (const each of keys.values()) each.key = createHmac('sha256', key).update(each.uid).digest('hex');
    },
  };
}

function parseOr400<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof FilterError) throw new ApiError(400, 'invalid_search_filter', error.message);
    throw error;
  }
}

const pick = (document: Document, fields?: readonly string[]): Document =>
  fields ? Object.fromEntries(Object.entries(document).filter(([name]) => fields.includes(name))) : document;

const pageOf = (documents: readonly Document[], offset: number, limit: number, fields?: readonly string[]) => ({
  results: documents.slice(offset, offset + limit).map((document) => pick(document, fields)),
  offset,
  limit,
  total: documents.length,
});

/** What lacks the attribute comes last. */
function compareBy(sort: readonly string[], a: Document, b: Document): number {
  for (const each of sort) {
    const [attribute, direction] = each.split(':') as [string, string];
    const [left, right] = [a[attribute], b[attribute]] as [number | undefined, number | undefined];
    if (left === right) continue;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return (left < right ? -1 : 1) * (direction === 'asc' ? 1 : -1);
  }
  return 0;
}

type Faceting = { maxValuesPerFacet: number; sortFacetValuesBy: Record<string, 'alpha' | 'count'> };

/** Values that differ in their case or their ends alone are one. */
function distribute(
  documents: readonly Document[],
  attribute: string,
  { maxValuesPerFacet, sortFacetValuesBy }: Faceting,
): Record<string, number> {
  const counts = new Map<string, { value: string; count: number }>();
  for (const document of documents) {
    const values = [document[attribute] ?? []].flat().map(String);
    for (const [key, value] of new Map(values.map((each) => [normalize(each), each]))) {
      const found = counts.get(key);
      if (found) found.count++;
      else counts.set(key, { value, count: 1 });
    }
  }
  const byCount = (sortFacetValuesBy[attribute] ?? sortFacetValuesBy['*']) === 'count';
  const all = [...counts.entries()].toSorted(([a, left], [b, right]) => (byCount ? right.count - left.count : 0) || (a < b ? -1 : 1));
  return Object.fromEntries(all.slice(0, maxValuesPerFacet).map(([, { value, count }]) => [value, count]));
}
