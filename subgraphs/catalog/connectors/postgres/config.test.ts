import { describe, expect, it } from 'vitest';
import { configSchema, maskConfig, resolveTarget, unmaskConfig } from './config.ts';
import { postgres } from './index.ts';

const parse = (config: unknown) => configSchema.parse(config);
const fieldsOf = (config: unknown): unknown[] => configSchema.safeParse(config).error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('The config', () => {
  it('means the same as a URL and as fields', () => {
    const url = parse({ url: 'postgresql://us%40er:p%2Fw@DB.Example.com:6000/sh%20op?sslmode=require' });
    const fields = parse({ host: 'db.example.com', port: 6000, user: 'us@er', password: 'p/w', database: 'sh op', ssl: true });
    expect(resolveTarget(url)).toEqual(resolveTarget(fields));
    expect(resolveTarget(url)).toMatchObject({
      host: 'db.example.com',
      port: 6000,
      user: 'us@er',
      password: 'p/w',
      database: 'sh op',
      ssl: 'require',
    });
  });

  it("connects to the user's database on the usual port unless told otherwise", () => {
    expect(resolveTarget(parse({ url: 'postgres://ada@db' }))).toMatchObject({
      port: 5432,
      database: 'ada',
      databaseGiven: false,
      ssl: 'prefer',
      password: null,
    });
    expect(postgres.containers(parse({ url: 'postgres://ada@db' }))).toEqual(['ada']);
    expect(postgres.containers(parse({ url: 'postgres://ada@db/shop', databases: ['a', 'shop', 'b'] }))).toEqual(['shop', 'a', 'b']);
    expect(postgres.containers(parse({ host: 'db', user: 'ada', databases: ['a'] }))).toEqual(['a']);
    expect(postgres.containers(parse({ url: 'postgres://ada@db/shop', databases: ['*'] }))).toEqual(['*']);
  });

  it('names a server by host and port, as OpenLineage does', () => {
    expect(postgres.namespace(parse({ url: 'postgres://u@DB.Example.COM/x' }))).toBe('postgres://db.example.com:5432');
    expect(postgres.namespace(parse({ url: 'postgres://u@[::1]:5433/x' }))).toBe('postgres://[::1]:5433');
    expect(postgres.namespace(parse({ host: '::1', user: 'u' }))).toBe('postgres://[::1]:5432');
    expect(postgres.namespace(parse({ host: '[::1]', user: 'u' }))).toBe('postgres://[::1]:5432');
  });

  it.each([
    ['another scheme', { url: 'mysql://u:pw@h/d' }, 'url'],
    ['no URL at all', { url: 'nonsense' }, 'url'],
    ['no host', { url: 'postgres:///d' }, 'url'],
    ['no user', { url: 'postgres://h/d' }, 'url'],
    ['two hosts', { url: 'postgres://u@a,b/d' }, 'url'],
    ['a socket', { url: 'postgres://u@%2Fvar%2Frun/d' }, 'url'],
    ['a "#" in the password', { url: 'postgres://u:p#w@h/d' }, 'url'],
    ['a bare "%" in the password', { url: 'postgres://u:p%zz@h/d' }, 'url'],
    ['a NUL in the password', { url: 'postgres://u:p%00w@h/d' }, 'url'],
    ['an unknown sslmode', { url: 'postgres://u@h/d?sslmode=maybe' }, 'url'],
    ['a parameter that leads elsewhere', { url: 'postgres://u@h/d?host=other' }, 'url'],
    ['a parameter that is a secret', { url: 'postgres://u@h/d?password=pw' }, 'url'],
    ['a URL and fields', { url: 'postgres://u@h/d', password: 'pw' }, 'password'],
    ['fields without a host', { user: 'u' }, 'host'],
    ['fields without a user', { host: 'h' }, 'user'],
    ['a host that is a path', { host: '/tmp', user: 'u' }, 'host'],
    ['a port out of range', { host: 'h', port: 70_000, user: 'u' }, 'port'],
    ['no databases', { host: 'h', user: 'u', databases: [] }, 'databases'],
    ['a database twice', { host: 'h', user: 'u', databases: ['a', 'a'] }, 'databases'],
    ['all databases and one', { host: 'h', user: 'u', databases: ['*', 'a'] }, 'databases'],
    ['a name that PostgreSQL would cut', { host: 'h', user: 'u', database: 'é'.repeat(32) }, 'database'],
  ])('refuses %s and names the field', (_, config, field) => {
    expect(fieldsOf(config)).toContain(field);
    expect(JSON.stringify(configSchema.safeParse(config).error?.issues)).not.toContain('pw');
  });

  it('hides the password in either shape, and nothing else', () => {
    expect(maskConfig(parse({ url: 'postgres://ada:s%40cret@db:1/x?sslmode=disable' }))).toEqual({
      url: 'postgres://ada:***@db:1/x?sslmode=disable',
    });
    expect(maskConfig(parse({ host: 'h', user: 'u', password: 's' }))).toEqual({ host: 'h', user: 'u', password: '***' });
    expect(maskConfig(parse({ url: 'postgres://ada@db' }))).toEqual({ url: 'postgres://ada@db' });
  });

  it('keeps the stored password where it is masked or absent, across shapes', () => {
    const password = 'p@ss%/:#🦊';
    const stored = parse({ host: 'db', user: 'ada', password });
    for (const given of [
      { url: 'postgres://ada:***@db/x' },
      { url: 'postgres://ada@db/x' },
      { host: 'db', user: 'ada', password: '***' },
      { host: 'db', user: 'ada' },
    ]) {
      expect(resolveTarget(unmaskConfig(parse(given), stored)).password).toBe(password);
    }
    expect(resolveTarget(unmaskConfig(parse({ url: 'postgres://ada:new@db/x' }), stored)).password).toBe('new');
  });

  it('takes another host, port or user for another endpoint, and only these', () => {
    const endpoint = (url: string) => postgres.endpoint(parse({ url }));
    expect(endpoint('postgres://ada:1@DB/x?sslmode=disable')).toBe(endpoint('postgresql://ada:2@db:5432/y'));
    for (const other of ['postgres://bob@db', 'postgres://ada@db:5433', 'postgres://ada@db2'])
      expect(endpoint(other)).not.toBe(endpoint('postgres://ada@db'));
  });
});
