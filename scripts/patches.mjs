// Mends a package after it is installed, until a release of it has the same. No dependencies; runs on Node 20 and later.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * postgres 3.4.9, when a connection is lost (https://github.com/porsager/postgres/issues/1208 and 1154):
 * - A query written afterwards ends the process: the write happens in a callback, on a socket that is null, and nobody can catch it.
 *   A transaction always writes one, its own `rollback`.
 * - What was still to be written stays, and with it the mark that a write is under way: that connection never writes again.
 * - One that is lost while it starts gives a rejection that nobody handles, or leaves a `reserve()` waiting for ever.
 * - The error of the lost session is told to the first query of the next one. A query that was asked between the error and the end
 *   of the connection is taken for the first one of the next session, and gets its answer.
 * - The rest of the transaction's function goes on, and its queries run in the connection's next session, outside of any transaction.
 * And when a COPY to us ends while its reader is behind (https://github.com/porsager/postgres/pull/1016): the socket stays paused, and no later
 * answer is read.
 */
const POSTGRES = {
  'postgres/src/connection.js': [
    [
      `      return queryError(q, Errors.connection('CONNECTION_DESTROYED', options))

    if (stream)`,
      `      return queryError(q, Errors.connection('CONNECTION_DESTROYED', options))

    if (!socket)
      return queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true

    if (stream)`,
    ],
    [
      `  function nextWrite(fn) {
    const x = socket.write(chunk, fn)
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    return x`,
      `  function nextWrite(fn) {
    const x = socket ? socket.write(chunk, fn) : true
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    return x`,
    ],
    [
      `    clearImmediate(nextWriteTimer)
    if (socket) {`,
      `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    if (socket) {`,
    ],
    [
      `    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)`,
      `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)`,
    ],
    [
      `    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
    closedTime`,
      `    if (query || sent.length) error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = null
    result = new Result()
    closedTime`,
    ],
    [
      `      order by b.oid
    \`], [], execute)
    types`,
      `      order by b.oid
    \`], [], execute).catch(() => [])
    types`,
    ],
    [
      `    stream && stream.push(null)
    stream = null`,
      `    stream && (stream.push(null), socket.resume())
    stream = null`,
    ],
  ],
  'postgres/src/index.js': [
    [
      `    const sql = Sql(handler)
    sql.release = () => {
      c.reserved = null
      onopen(c)
    }

    return sql

    function handler(q) {
      c.queue === full`,
      `    let lost = null
    c.onclose = e => {
      lost = e
      while (queue.length)
        queue.shift().reject(e)
    }

    const sql = Sql(handler)
    sql.release = () => {
      if (lost)
        return
      c.onclose = c.reserved = null
      onopen(c)
    }

    return sql

    function handler(q) {
      if (lost)
        return q.reject(lost)
      c.queue === full`,
    ],
    [
      `      , connection
      , prepare = null

    try {`,
      `      , connection
      , lost = null
      , prepare = null

    try {`,
    ],
    [
      `new Promise((_, reject) => connection.onclose = reject)`,
      `new Promise((_, reject) => connection.onclose = e => {
          lost = e
          reject(e)
          while (queries.length)
            queries.shift().reject(e)
        })`,
    ],
    [
      `        q.catch(e => uncaughtError || (uncaughtError = e))
        c.queue === full`,
      `        q.catch(e => uncaughtError || (uncaughtError = e))
        if (lost)
          return q.reject(lost)
        c.queue === full`,
    ],
    [
      `    queries.length && connect(c, queries.shift())`,
      `    let next = null
    while (queries.length && (next = queries.shift()).rejected)
      next = null
    if (next) {
      next.reserve && queries.push(next)
      connect(c, next)
    }`,
    ],
    [`const query = { reserve: resolve, reject }`, `const query = { reserve: resolve, reject: e => (query.rejected = true, reject(e)) }`],
    [
      `      if (query.reserve)
        return query.reserve(c)`,
      `      if (query.rejected)
        continue
      if (query.reserve)
        return query.reserve(c)`,
    ],
  ],
};

/**
 * graphile-worker 0.18.0: a runner looks up the numbers of its tasks once, and keeps the answer, also where it is that the database was
 * away. It then takes no job any more, and goes on saying that it failed to acquire one.
 */
const GRAPHILE_WORKER = {
  'graphile-worker/dist/taskIdentifiers.js': [
    [
      `            return cache.lastDigest;
        })();
    }`,
      `            return cache.lastDigest;
        })();
        cache.lastDigest.catch(() => {
            cache.lastStr = "";
        });
    }`,
    ],
  ],
};

const ALL = { ...POSTGRES, ...GRAPHILE_WORKER };

/** Changes when a patch does. */
export const PATCHES = createHash('sha256').update(JSON.stringify(ALL)).digest('hex').slice(0, 16);

/** Idempotent. False when a package is not as its patch expects it; then nothing of it is changed. */
export function applyPatches(modules) {
  return Object.entries(ALL).every(([path, changes]) => {
    const file = join(modules, path);
    const source = readFileSync(file, 'utf8');
    let patched = source;
    for (const [before, after] of changes) {
      if (patched.includes(after)) continue;
      if (patched.split(before).length !== 2) return false;
      patched = patched.replace(before, () => after);
    }
    if (patched !== source) writeFileSync(file, patched);
    return true;
  });
}
