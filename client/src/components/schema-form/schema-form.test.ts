import { describe, expect, it } from 'vitest';
import { asSchema, fieldsOf, shapeOf, withValue, type JsonSchema } from './schema';
import { validate } from './validate';

const CONNECTION: JsonSchema = {
  type: 'object',
  properties: {
    host: { type: 'string', title: 'Host', minLength: 1, maxLength: 255 },
    port: { type: 'integer', minimum: 1, maximum: 65535, default: 5432 },
    password: { type: 'string', format: 'password' },
    certificate: { type: 'string', maxLength: 65536 },
    ssl: { anyOf: [{ type: 'boolean' }, { type: 'string', enum: ['disable', 'require'] }] },
    databases: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 },
  },
  required: ['host'],
  additionalProperties: false,
};

describe('the fields of a schema', () => {
  it('have a label, a hint with the default, and whether they are needed', () => {
    expect(fieldsOf(CONNECTION).map(({ path, label, hint, isRequired }) => ({ path, label, hint, isRequired }))).toMatchObject([
      { path: 'host', label: 'Host', isRequired: true },
      { path: 'port', label: 'Port', hint: 'Default 5432', isRequired: false },
      { path: 'password' },
      { path: 'certificate' },
      { path: 'ssl' },
      { path: 'databases' },
    ]);
    expect(fieldsOf({ type: 'object', properties: { minLength: {} } })[0]!.label).toBe('Min length');
  });

  it('take the shape of what they hold', () => {
    expect(fieldsOf(CONNECTION).map(({ shape }) => shape)).toEqual([
      { kind: 'text', input: 'text', isLong: false },
      { kind: 'number', isWhole: true },
      { kind: 'text', input: 'password', isLong: false },
      { kind: 'text', input: 'text', isLong: true },
      {
        kind: 'choice',
        options: [
          { value: true, label: 'true' },
          { value: false, label: 'false' },
          { value: 'disable', label: 'disable' },
          { value: 'require', label: 'require' },
        ],
      },
      { kind: 'chips', options: null },
    ]);
  });

  it('are chips, groups, fieldsets and choices of forms', () => {
    const table: JsonSchema = { type: 'object', properties: { name: { type: 'string' } } };
    expect(shapeOf({ type: 'array', items: { enum: ['A', 'B'] } })).toEqual({ kind: 'chips', options: ['A', 'B'] });
    expect(shapeOf({ type: 'array', items: table })).toEqual({ kind: 'list', item: table });
    expect(shapeOf(table)).toEqual({ kind: 'object' });
    expect(shapeOf({ oneOf: [{ ...table, title: 'By name' }, { type: 'string' }] })).toMatchObject({
      kind: 'variants',
      variants: [{ label: 'By name' }, { label: 'String' }],
    });
  });

  it('are JSON where the schema says nothing that can be drawn', () => {
    for (const schema of [
      {},
      { type: 'object' },
      { type: ['string', 'null'] },
      { type: 'array', items: { type: 'array' } },
    ] as JsonSchema[]) {
      expect(shapeOf(schema)).toEqual({ kind: 'json' });
    }
    expect(asSchema(null)).toEqual({});
    expect(asSchema([1])).toEqual({});
  });
});

describe('what is wrong with a value', () => {
  it('is nothing where it fits', () => {
    expect(validate(CONNECTION, { host: 'db', port: 5432, ssl: true, databases: ['a'] })).toEqual({});
    expect(validate(CONNECTION, { host: 'db', ssl: 'require' })).toEqual({});
    expect(validate({}, { anything: 1 })).toEqual({});
  });

  it('is told at the path of the field', () => {
    expect(validate(CONNECTION, { host: '', port: 70000, ssl: 'maybe', databases: ['a', ''], user: 'x' })).toEqual({
      host: 'Host is needed.',
      port: 'At most 65535.',
      ssl: expect.stringContaining('Has to be') as string,
      'databases.1': 'At least 1 character.',
      user: '“user” is not known here.',
    });
    expect(validate(CONNECTION, { host: 'db', port: '54x', databases: [] })).toEqual({
      port: 'Has to be a whole number.',
      databases: 'At least one is needed.',
    });
  });

  it('is told of objects in lists, and of formats', () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: {
        rules: { type: 'array', items: { type: 'object', properties: { to: { type: 'string', format: 'email' } }, required: ['to'] } },
        link: { type: 'string', format: 'uri' },
        name: { type: 'string', pattern: '^[a-z]+$' },
      },
    };
    expect(validate(schema, { rules: [{ to: 'a@b' }, { to: 'nobody' }, {}], link: 'example', name: 'A1' })).toEqual({
      'rules.1.to': 'Has to be an email address.',
      'rules.2.to': 'To is needed.',
      link: 'Has to be an address with its scheme, as in https://example.org.',
      name: 'Has to match ^[a-z]+$.',
    });
  });

  it('is that of the nearest form where there are several', () => {
    const schema: JsonSchema = {
      oneOf: [
        { type: 'object', properties: { url: { type: 'string' } }, required: ['url'], additionalProperties: false },
        {
          type: 'object',
          properties: { host: { type: 'string' }, port: { type: 'integer' } },
          required: ['host'],
          additionalProperties: false,
        },
      ],
    };
    expect(validate(schema, { host: 'db', port: 'x' })).toEqual({ port: 'Has to be a whole number.' });
  });

  it('leaves a pattern that the browser does not know to the server', () => {
    expect(validate({ type: 'string', pattern: '(?P<name>x)' }, 'y')).toEqual({});
  });
});

describe('a value with another one at a path', () => {
  it('keeps the rest, and loses what is undefined', () => {
    expect(withValue({ a: 1, b: { c: [{ d: 1 }, { d: 2 }] } }, ['b', 'c', '1', 'd'], 3)).toEqual({ a: 1, b: { c: [{ d: 1 }, { d: 3 }] } });
    expect(withValue({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 });
    expect(withValue(undefined, ['a'], 1)).toEqual({ a: 1 });
  });
});
