import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_DATASETS, MAX_SYMLINKS, readEvent } from './event.ts';
import { addEvent } from './telling.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const read = (event: unknown) => readEvent(event, NOW);
const job = { namespace: 'airflow', name: 'nightly' };
const run = { runId: '0193463A-7F2E-7C1A-9D0B-0A1B2C3D4E5F' };
const event = (more: object = {}) => ({ eventTime: '2026-11-20T01:02:03.456Z', eventType: 'COMPLETE', run, job, ...more });
const table = (name: string, facets?: object) => ({ namespace: 'postgres://h:1', name, ...(facets && { facets }) });

describe('an event', () => {
  it('of a run tells what it read and wrote, and nothing that lineage is not made of', () => {
    const facets = {
      schema: { fields: [{ name: 'id', fields: 'anything at all' }] },
      symlinks: { identifiers: [{ ...table('other'), type: 'TABLE' }] },
    };
    const told = {
      producer: 7,
      inputs: [table('a', { symlinks: null }), table('a')],
      outputs: [{ ...table('b', facets), outputFacets: 'x' }],
      run: { ...run, facets: 7 },
    };
    expect(read(event(told))).toEqual({
      at: new Date('2026-11-20T01:02:03.456Z'),
      type: 'COMPLETE',
      runId: run.runId.toLowerCase(),
      job,
      inputs: [{ ...table('a'), symlinks: [] }],
      outputs: [{ ...table('b'), symlinks: [table('other')] }],
      columns: [],
    });
  });

  it('without a type is one of any kind; of a job is as of one that completes; of a dataset says nothing', () => {
    expect(read(event({ eventType: null }))).toMatchObject({ type: 'OTHER' });
    expect(read({ eventTime: '2026-11-20T01:02:03+01:00', job, outputs: [table('a')] })).toMatchObject({ type: 'COMPLETE', runId: null });
    expect(read({ eventTime: '2026-11-20T01:02:03Z', dataset: table('a') })).toBeNull();
  });

  it.each([
    [{ eventTime: '2026-11-20T01:02:03' }, 'eventTime'],
    [{ eventTime: '2026-02-30T01:02:03Z' }, 'eventTime'],
    [{ eventTime: 5 }, 'eventTime'],
    [{ eventTime: undefined }, 'eventTime'],
    [{ eventType: 'DONE' }, 'eventType'],
    [{ run: { runId: 'mine' } }, 'run.runId'],
    [{ run: 'mine' }, 'run'],
    [{ job: undefined }, 'job'],
    [{ job: { namespace: 'x' } }, 'job.name'],
    [{ job: { namespace: '', name: 'y' } }, 'job.namespace'],
    [{ inputs: {} }, 'inputs'],
    [{ inputs: [null] }, 'inputs[0]'],
    [{ inputs: [table('x'.repeat(2_001))] }, 'inputs[0].name'],
    [{ inputs: [table('a'), table('b\0')] }, 'inputs[1].name'],
    [{ outputs: [table('\ud800')] }, 'outputs[0].name'],
    [{ outputs: Array.from({ length: MAX_DATASETS + 1 }, (_, place) => table(`${place}`)) }, 'outputs'],
    [
      { outputs: [table('a', { symlinks: { identifiers: Array.from({ length: MAX_SYMLINKS + 1 }, () => table('b')) } })] },
      'outputs[0].facets.symlinks.identifiers',
    ],
    [{ outputs: [table('a', { columnLineage: { fields: [] } })] }, 'outputs[0].facets.columnLineage.fields'],
    [
      { outputs: [table('a', { columnLineage: { fields: { x: { inputFields: [table('b')] } } } })] },
      'outputs[0].facets.columnLineage.fields.x.inputFields[0].field',
    ],
    [
      {
        inputs: Array.from({ length: 300 }, (_, place) => table(`a${place}`)),
        outputs: Array.from({ length: 300 }, (_, place) => table(`b${place}`)),
      },
      'outputs',
    ],
  ])('is refused with the field that is wrong: %#', (wrong, field) => {
    expect(() => read(event(wrong))).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: expect.objectContaining({ field }) }),
    );
  });

  it.each([null, 'event', 7, [], [event()], {}, { run: null, job: null }, { __proto__: { run, job } }])(
    'is an object of one of the kinds: %#',
    (given) => {
      expect(() => read(given)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    },
  );

  it('with names of prototypes changes none', () => {
    const fields = JSON.parse(
      '{"__proto__":{"inputFields":[]},"constructor":{"inputFields":[{"namespace":"postgres://h:1","name":"__proto__","field":"prototype"}]}}',
    );
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    const told = read({
      ...hostile,
      ...event({ inputs: [{ ...table('__proto__', hostile) }], outputs: [table('b', { columnLineage: { fields } })] }),
    })!;
    expect(told.columns).toEqual([
      { from: table('__proto__'), fromColumn: 'prototype', to: table('b'), toColumn: 'constructor', transformation: 'DIRECT' },
    ]);
    expect(addEvent(undefined, told)).toMatchObject({ datasets: [table('__proto__'), table('b')] });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('lineage of columns', () => {
  const columnsOf = (field: object) =>
    read(event({ outputs: [table('b', { columnLineage: { fields: { y: field } } })] }))!.columns.map(
      ({ fromColumn, transformation }) => `${fromColumn} ${transformation}`,
    );
  const from = (field: string, ...transformations: unknown[]) => ({ ...table('a'), field, transformations });

  it('is of the strongest of the transformations that are told', () => {
    const indirect = { type: 'INDIRECT', subtype: 'JOIN' };
    const inputFields = [
      from('direct', indirect, { type: 'DIRECT', subtype: 'AGGREGATION' }),
      from('indirect', indirect),
      from('conditional', indirect, { type: 'INDIRECT', subtype: 'CONDITIONAL' }),
      from('twice', indirect),
      from('twice', { type: 'DIRECT' }),
    ];
    expect(columnsOf({ inputFields })).toEqual(['direct DIRECT', 'indirect INDIRECT', 'conditional CONDITIONAL', 'twice DIRECT']);
  });

  it('is direct as older producers tell it, and none where it is withdrawn or of the whole dataset', () => {
    expect(
      columnsOf({ inputFields: [{ ...table('a'), field: 'x' }], transformationType: 'MASKED', transformationDescription: 'hash' }),
    ).toEqual(['x DIRECT']);
    const fields = { y: { inputFields: [from('x')] } };
    expect(read(event({ outputs: [table('b', { columnLineage: { _deleted: true, fields } })] }))!.columns).toEqual([]);
    expect(read(event({ outputs: [table('b', { columnLineage: { fields: {}, dataset: [from('x')] } })] }))!.columns).toEqual([]);
  });
});

// The specification's own examples, where they are beside this repository.
const EXAMPLES = join(import.meta.dirname, '../../../../shared/reference/openlineage/examples');
describe.skipIf(!existsSync(EXAMPLES))('the examples of the specification', () => {
  const files = existsSync(EXAMPLES) ? globSync('**/*.json', { cwd: EXAMPLES }) : [];
  it.each(files)('are read: %s', (file) => {
    const example = JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8'));
    if (example.eventTime) return expect(read(example)).toMatchObject({ job: { namespace: expect.any(String) } });
    const told = read(
      event({
        run: { ...run, facets: example },
        job: { ...job, facets: example },
        inputs: [table('a', example)],
        outputs: [table('b', example)],
      }),
    )!;
    expect(told.outputs).toHaveLength(1);
    const fields: { inputFields: unknown[] }[] = Object.values(example.columnLineage?.fields ?? {});
    expect(told.columns).toHaveLength(fields.reduce((sum, { inputFields }) => sum + inputFields.length, 0));
  });
});
