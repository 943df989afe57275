import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import neo4j from 'neo4j-driver';
import { describe, expect, it } from 'vitest';
import { ConfigError, parseSettings, settingsSchema } from './config.ts';

const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');

/** A setting's default as it is written in a file; FAULT's is an empty set, SUBGRAPH_URLS' an empty map. */
function defaultOf(name: keyof typeof settingsSchema.shape): string {
  const { data } = settingsSchema.shape[name].safeParse(undefined);
  return data === undefined || data instanceof Set || data instanceof Map ? '' : String(data);
}

describe('.env.example', () => {
  const names = Object.keys(settingsSchema.shape) as (keyof typeof settingsSchema.shape)[];

  it('lists exactly the settings, with their defaults', () => {
    expect(parseEnv(example)).toEqual(Object.fromEntries(names.map((name) => [name, defaultOf(name)])));
  });

  it('explains each setting in the words of the schema', () => {
    const explained = [...example.matchAll(/^# (.*)\n([A-Z0-9_]+)=/gm)].map(([, words, name]) => [name, words]);
    expect(explained).toEqual(names.map((name) => [name, settingsSchema.shape[name].description]));
  });

  it('is itself a file that can be used', () => {
    expect(parseSettings(parseEnv(example))).toEqual(parseSettings({}));
  });
});

describe('parseSettings', () => {
  it('tells every problem at once, by name', () => {
    const wrong = { PORT: 'http', DATABASE_URL: 'mysql://x', SECRET_KEY: 'short', FAULT: 'subgraph:identity' };
    expect(() => parseSettings(wrong)).toThrow(ConfigError);
    for (const name of ['PORT', 'DATABASE_URL', 'SECRET_KEY']) expect(() => parseSettings(wrong)).toThrow(name);
  });

  it('refuses FAULT outside of tests', () => {
    expect(() => parseSettings({ FAULT: 'subgraph:identity' })).toThrow('NODE_ENV=test');
    expect(parseSettings({ FAULT: 'subgraph:identity, connector:columns', NODE_ENV: 'test' }).FAULT).toEqual(
      new Set(['subgraph:identity', 'connector:columns']),
    );
  });

  it('takes the subgraphs of other processes by name', () => {
    const urls = parseSettings({ SUBGRAPH_URLS: 'catalog=http://10.0.0.5:4001, identity=https://identity.example/graphql' }).SUBGRAPH_URLS;
    expect([...urls].map(([name, { href }]) => [name, href])).toEqual([
      ['catalog', 'http://10.0.0.5:4001/'],
      ['identity', 'https://identity.example/graphql'],
    ]);
    for (const wrong of [
      'http://10.0.0.5:4001',
      'catalog',
      'catalog=10.0.0.5:4001',
      'catalog=http://',
      'catalog=http://a,catalog=http://b',
    ]) {
      expect(() => parseSettings({ SUBGRAPH_URLS: wrong }), wrong).toThrow('must name each subgraph once with its URL');
    }
  });

  it.each([
    ['bolt://10.0.0.7:7687?x=1', /NEO4J_URL: must not go on with a question mark: only neo4j:\/\/ may$/],
    ['bolt+s://there?', /question mark/],
    ['neo4j://there?region', /each once/],
    ['neo4j://there?region=eu&region=us', /each once/],
    ['neo4j://there?', /each once/],
    ['bolt://', /must name a host/],
    ['bolt://user:word@there', /NEO4J_USER/],
    ['http://there:7474', /must be a URL that begins with neo4j:/],
    ['there:7687', /must be a URL that begins with neo4j:/],
  ])('refuses %s as the address of Neo4j', (url, why) => {
    expect(() => parseSettings({ NEO4J_URL: url })).toThrow(why);
  });

  it.each(['bolt://10.0.0.7:7687', 'bolt+ssc://[::1]:7687', 'neo4j+s://graph.there', 'neo4j://there:7687?region=eu&zone=a'])(
    'takes %s as the address of Neo4j',
    async (url) => {
      expect(parseSettings({ NEO4J_URL: url }).NEO4J_URL).toBe(url);
      await neo4j.driver(url).close();
    },
  );

  it('takes an empty value for none', () => {
    expect(parseSettings({ PORT: '', ADMIN_EMAIL: '' })).toEqual(parseSettings({}));
  });
});
