/** Random operations, one after the other, by each viewer: what comes back is judged, and what fails is made small. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import type { Databases } from '#deploy/testing/databases.ts';
import { API_FILE } from '#router/supergraph.ts';
import { createRandom } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { cursorsIn, judgeBody, judgeText, type Failure } from './judge.ts';
import { makeOperation, type Operation } from './operations.ts';
import { describeRequest, mutateRequest, plainRequest, type HttpRequest } from './requests.ts';
import { findSmallest } from './smallest.ts';
import { createSockets, LISTEN_MS, nonsense } from './sockets.ts';
import { createStage, type Viewer } from './stage.ts';
import type { Known } from './values.ts';

export type Found = Failure & { index: number; viewer: string; operation: string };
export type Report = { found: Found[]; codes: Map<string, number>; answered: number };
type Options = { seed: number; operations: number; databases: Databases; say: (text: string) => void };

/** For people: how to have it again, and what it was. */
export const describeFound = (seed: number, { kind, what, index, viewer, operation }: Found): string =>
  `seed ${seed}, operation ${index}, viewer "${viewer}": ${kind}\n${what.slice(0, 1_500)}\n${operation.slice(0, 3_000)}\n`;

/** After as many operations what there is is looked up again. */
const ROUND = 250;
/** To begin with as many are enough to understand. */
const MOST_FOUND = 20;
const MOST_CURSORS = 300;
const PATIENCE_MS = 40_000;

const schema = buildSchema(readFileSync(API_FILE, 'utf8'));

export async function fuzz({ seed, operations, databases, say }: Options): Promise<Report> {
  const stage = await createStage(databases);
  const sockets = createSockets(stage.url);
  const report: Report = { found: [], codes: new Map(), answered: 0 };
  const cursors: string[] = [];
  let known: Known = { ...(await stage.know()), cursors };
  const crashes: string[] = [];
  const onCrash = (error: unknown): void => void crashes.push(String((error as Error | undefined)?.stack ?? error));
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);

  const count = (body: any): void => {
    const codes: string[] = Array.isArray(body?.errors) ? body.errors.map((error: any) => String(error?.extensions?.code)) : [];
    if (body?.data && Object.values(body.data).some((value) => value != null)) codes.push('data');
    for (const code of new Set(codes)) report.codes.set(code, (report.codes.get(code) ?? 0) + 1);
  };

  async function judge(viewer: Viewer, request: HttpRequest, operation: Operation, isAgain = false): Promise<Failure[]> {
    const { query, variables } = operation;
    const headers = { ...(viewer.token !== null && { authorization: `Bearer ${viewer.token}` }), ...request.headers };
    let response: Response;
    let text: string;
    try {
      response = await fetch(stage.url + request.path, {
        ...request,
        headers,
        body: request.method === 'GET' ? undefined : (request.body as any),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      text = await response.text();
    } catch (error) {
      return [{ kind: 'no answer', what: `${String(error)} ${String((error as Error).cause ?? '')}` }];
    }
    const failures: Failure[] = [];
    if (response.status === 500) failures.push({ kind: 'status 500', what: text.slice(0, 500) });
    if (!response.headers.get('content-type')?.includes('json') || text === '') return failures;
    const sent = `${query} ${JSON.stringify(variables)} ${request.path} ${JSON.stringify(request.headers)} ${String(request.body)}`;
    if (!request.path.startsWith('/graphql')) return [...failures, ...judgeText(text, viewer, sent)];
    let body: any;
    try {
      body = JSON.parse(text);
    } catch {
      return [...failures, { kind: 'no JSON', what: text.slice(0, 500) }];
    }
    // A viewer has only so much a minute: what is to be tried again until it is small must be executed.
    const { retryAfterMs, cost } = body?.errors?.[0]?.extensions ?? {};
    if (retryAfterMs !== undefined && cost !== undefined && !isAgain) {
      await sleep(retryAfterMs);
      return await judge(viewer, request, operation, true);
    }
    count(body);
    report.answered++;
    if (cursors.length < MOST_CURSORS) cursors.push(...cursorsIn(body.data));
    return [...failures, ...judgeBody(body, viewer, sent)];
  }
  /** What the product said in its log, or did not survive, without telling who asked. */
  const beneath = (): Failure[] => [
    ...stage.takeErrors().map((what) => ({ kind: 'error in the log', what })),
    ...crashes.splice(0).map((what) => ({ kind: 'crash', what })),
  ];

  try {
    for (let index = 0; index < operations && report.found.length < MOST_FOUND; index++) {
      if (index % ROUND === 0) {
        known = { ...(await stage.know()), cursors: cursors.splice(0, MOST_CURSORS / 2) };
        if (index > 0) say(`${index} operations`);
      }
      // Each has a random row of its own: the same seed asks the same at the same place.
      const random = createRandom(seed * 100_003 + index);
      const [all, one, nothing, none] = stage.viewers as [Viewer, Viewer, Viewer, Viewer];
      const viewer = random.pick([all, all, all, one, one, one, nothing, nothing, none]);
      const kind = random.pick(['query', 'query', 'query', 'query', 'mutation', 'mutation', 'subscription'] as const);
      const operation = makeOperation(schema, random, known, kind);
      const isMutated = random.chance(0.2);
      const overSocket = kind === 'subscription' ? random.chance(0.9) : random.chance(0.05);
      const listenMs = random.pick(LISTEN_MS);
      const request = isMutated ? mutateRequest(random, operation, known) : plainRequest(operation);
      const message = overSocket && random.chance(0.25) ? nonsense(random, operation) : undefined;
      const send = (each: Operation, how: HttpRequest): Promise<Failure[]> =>
        overSocket ? sockets.send(viewer, each, listenMs, message) : judge(viewer, how, each);
      const failures = [...(await send(operation, request)), ...beneath()];
      const canBeSmaller = overSocket ? message === undefined : !isMutated;
      // One defect often shows in many places of an answer.
      for (const [failure, ...more] of Map.groupBy(failures, ({ kind: each }) => each).values() as Iterable<[Failure, ...Failure[]]>) {
        const fails = async (candidate: Operation): Promise<boolean> => {
          const again = [...(await send(candidate, plainRequest(candidate))), ...beneath()];
          return again.some(({ kind: each }) => each === failure.kind);
        };
        const { query, variables } = canBeSmaller ? await findSmallest(operation, fails) : operation;
        const sent = canBeSmaller
          ? `${query}\n${JSON.stringify(variables)}`
          : overSocket
            ? JSON.stringify(message)
            : describeRequest(request);
        const what = more.length > 0 ? `${failure.what}\n(and ${more.length} more)` : failure.what;
        report.found.push({ kind: failure.kind, what, index, viewer: viewer.name, operation: sent });
      }
    }
    await stage.settle();
    const health = await fetch(`${stage.url}/health/ready`);
    const last = [
      ...beneath(),
      ...(await stage.deadLetters()).map((what) => ({ kind: 'dead letter', what })),
      ...(health.status === 200 ? [] : [{ kind: 'not ready', what: await health.text() }]),
    ];
    report.found.push(
      ...last.map((failure) => ({ ...failure, index: operations, viewer: 'nobody', operation: 'what came of all of them' })),
    );
    return report;
  } finally {
    sockets.close();
    await stage.stop();
    process.off('uncaughtException', onCrash);
    process.off('unhandledRejection', onCrash);
  }
}
