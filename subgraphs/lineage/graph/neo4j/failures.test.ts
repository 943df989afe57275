import neo4j from 'neo4j-driver';
import { expect, it } from 'vitest';
import { TimedOut, Upstream } from '#platform/errors.ts';
import { Away, Refused, toAppError, Unindexed } from './failures.ts';

const SECRET = 'bolt://somebody:secret@there';
const said = (code: string) => new neo4j.Neo4jError(SECRET, code, '', '');

it.each([
  ['ServiceUnavailable', 'NEO4J_URL'],
  ['SessionExpired', 'NEO4J_URL'],
  ['Neo.ClientError.Security.Unauthorized', 'NEO4J_PASSWORD'],
  ['Neo.ClientError.Security.Forbidden', 'NEO4J_USER'],
  ['Neo.ClientError.Security.AuthenticationRateLimit', 'NEO4J_PASSWORD'],
])('tells of an absence, which is for everybody: %s', (code, check) => {
  expect(toAppError(said(code))).toBeInstanceOf(Away);
  expect(toAppError(said(code))).toMatchObject({ details: { system: 'Neo4j', check: expect.stringContaining(check) } });
  expect(toAppError(said(code)) instanceof Refused).toBe(/Unauthorized|RateLimit/.test(code));
});

it.each([
  ['Neo.DatabaseError.General.UnknownError', /disk.*memory/],
  ['Neo.DatabaseError.Transaction.TransactionCommitFailed', /log/],
  ['Neo.DatabaseError.Statement.ExecutionFailed', /log/],
  ['Neo.ClientError.General.ForbiddenOnReadOnlyDatabase', /may only be read/],
  ['Neo.ClientError.General.WriteOnReadOnlyAccessDatabase', /may only be read/],
  ['Neo.ClientError.Transaction.Terminated', /log/],
  ['Neo.ClientError.Transaction.LockClientStopped', /log/],
  ['Neo.TransientError.General.MemoryPoolOutOfMemoryError', /memory/],
  ['Neo.ClientError.Database.DatabaseNotFound', /NEO4J_USER/],
  ['Neo.ClientError.Cluster.NotALeader', /neo4j:/],
])('tells of what goes wrong in the server: %s', (code, check) => {
  const error = toAppError(said(code));
  expect(error).toBeInstanceOf(Upstream);
  expect(error).not.toBeInstanceOf(Away);
  expect(error).toMatchObject({ details: { system: 'Neo4j', check: expect.stringMatching(check) } });
  expect(JSON.stringify(error) + String(error)).not.toContain(SECRET);
});

it('tells of indexes that are missing, as no other failure', () => {
  const failed = 'Neo.DatabaseError.Statement.ExecutionFailed';
  const hints = 'Failed to fulfil the hints of the query.\nCould not solve these hints: `USING INDEX SEEK f:FLOWS(upstream)`';
  for (const error of [new neo4j.Neo4jError(hints, failed, '', ''), said('Neo.ClientError.Schema.IndexNotFound')]) {
    expect(toAppError(error)).toBeInstanceOf(Unindexed);
    expect(toAppError(error)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', details: { check: expect.stringContaining('worker') } });
  }
  expect(toAppError(said(failed))).not.toBeInstanceOf(Unindexed);
});

it('tells who asked too much, and leaves our own mistakes as they are', () => {
  expect(toAppError(said('Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration'))).toBeInstanceOf(TimedOut);
  for (const error of [
    said('Neo.ClientError.Statement.SyntaxError'),
    said('Neo.ClientError.Schema.ConstraintValidationFailed'),
    new Error('ours'),
  ])
    expect(toAppError(error)).toBe(error);
});
