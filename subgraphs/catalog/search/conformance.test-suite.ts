/** What every search index owes: one suite, called by each implementation's own tests with an empty index of its own. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { newId } from '#platform/ids.ts';
import type { AssetFilter } from '../store/assets.ts';
import { markText } from './highlights.ts';
import type { SearchDocument, SearchIndex, SearchResult } from './index.ts';

export type ConformanceCase = {
  index: () => SearchIndex;
  /** Empties the index. */
  clear: () => Promise<void>;
  /** Two access classes of two sources. */
  classes: () => { id: number; sourceId: string; domainId: string | null }[];
};

type Given = Partial<SearchDocument> & { path: string[] };

export function describeSearch(title: string, { index, clear, classes }: ConformanceCase): void {
  const open = (): number => classes()[0]!.id;
  const hidden = (): number => classes()[1]!.id;
  const documentOf = (given: Given): SearchDocument => ({
    id: newId(),
    accessClass: open(),
    kind: 'TABLE',
    name: given.path.join('.'),
    tags: [],
    terms: [],
    ownerIds: [],
    labels: [],
    description: null,
    sourceDescription: null,
    columns: [],
    updatedAt: new Date('2026-01-01T00:00:00.000Z'),
    deletedAt: null,
    ...given,
  });
  const names = new Map<string, string>();
  const put = async (...given: Given[]): Promise<SearchDocument[]> => {
    const documents = given.map(documentOf);
    for (const { id, path } of documents) names.set(id, path.at(-1)!);
    await index().upsert(documents);
    return documents;
  };
  const tables = (...titles: string[]) => put(...titles.map((name) => ({ path: ['shop', 'public', name] })));
  const columns = (...all: string[]) => all.map((name) => ({ name, description: null }));
  type Options = { filter?: AssetFilter; as?: VisibleClasses; first?: number };
  const search = (query: string, { filter = {}, as = 'all', first = 50 }: Options = {}): Promise<SearchResult> =>
    index().search({ query, filter, classes: as, first, after: null });
  const found = async (query: string, options?: Options): Promise<string[]> =>
    (await search(query, options)).hits.map(({ assetId }) => names.get(assetId)!);
  const suggestion = async (query: string, options?: Options): Promise<string | null> => (await search(query, options)).didYouMean();
  const facetsOf = async (query: string, options?: Options) =>
    Object.fromEntries(
      (await (await search(query, options)).facets()).map(({ name, values }) => [
        name,
        Object.fromEntries(values.map(({ value, count }) => [value, count])),
      ]),
    );

  describe(`${title} keeps the search contract`, () => {
    beforeEach(async () => {
      await clear();
      names.clear();
    });

    describe('finds', () => {
      it.each([
        'film_actor',
        'filmactor',
        'film actor',
        'filmActor',
        'FILM-ACTOR',
        'public.film_actor',
        'shop.public.film_actor',
        'film',
        'actor',
        'act',
        'film_a',
        'public film_actor',
        ' film_actor ',
        'fílm_âctor',
      ])('a table by %j', async (query) => {
        await tables('other', 'film_actor', 'thing');
        expect((await found(query))[0]).toBe('film_actor');
      });

      it.each([
        ['customerId', 'customer_id'],
        ['customer_id', 'customerId'],
        ['customerid', 'customer_id'],
        ['customer id', 'customerid'],
        ['http server', 'HTTPServer'],
        ['httpserver log', 'HTTPServer_log'],
        ['address2', 'address_2'],
        ['address', 'Adresse_Address'],
      ])('%j as %j', async (query, name) => {
        await tables('other', name);
        expect(await found(query)).toEqual([name]);
      });

      it.each([
        ['grosse', 'Größe'],
        ['Größe', 'grosse'],
        ['kundenubersicht', 'Kundenübersicht'],
        ['kündenübersicht', 'kundenubersicht'],
        ['lodz', 'Łódź'],
        ['œuvre', 'oeuvre'],
        ['cafe\u0301', 'caf\u00e9'],
        ['ЗАКАЗЫ', 'заказы'],
      ])('%j, written otherwise: %j', async (query, name) => {
        await tables('other', name);
        expect(await found(query)).toEqual([name]);
      });

      it.each([
        ['customers', 'customer'],
        ['customer', 'customers'],
        ['companies', 'company'],
        ['company', 'companies'],
        ['addresses', 'customer_address'],
        ['address', 'customer_addresses'],
        ['order lines', 'OrderLine'],
        ['OrderLines', 'order_line'],
        ['orderlines', 'order_line'],
        ['order lines', 'orderline'],
        ['orders line', 'order_lines'],
        ['parts_2019', 'part_2019'],
      ])('%j, of another number: %j', async (query, name) => {
        await tables('other', 'part_2018', name);
        expect(await found(query)).toEqual([name]);
      });

      it('columns and descriptions of another number, but nothing that only begins so', async () => {
        await put(
          { path: ['d', 's', 'one'], columns: columns('category_id') },
          { path: ['d', 's', 'two'], description: 'What a category is.' },
          { path: ['d', 's', 'caseworkers'] },
        );
        expect(new Set(await found('categories'))).toEqual(new Set(['one', 'two']));
        expect(await found('cases')).toEqual([]);
      });

      it('parts of names without spaces', async () => {
        await tables('客户订单明细', '客户', '供应商');
        expect(await found('订单')).toEqual(['客户订单明细']);
        expect(await found('单明')).toEqual(['客户订单明细']);
        expect(await found('细')).toEqual(['客户订单明细']);
        expect((await found('客户'))[0]).toBe('客户');
        expect(await found('供应商')).toEqual(['供应商']);
      });

      it('by columns, tags, terms, and descriptions of people and of the source', async () => {
        await put(
          { path: ['d', 's', 'one'], columns: columns('id', 'postal_code') },
          { path: ['d', 's', 'two'], tags: ['Quarterly Report'] },
          { path: ['d', 's', 'three'], terms: ['Churn Rate'] },
          { path: ['d', 's', 'four'], description: 'Everything about shipments.' },
          { path: ['d', 's', 'five'], sourceDescription: 'legacy invoices' },
          { path: ['d', 's', 'six'], columns: [{ name: 'x', description: 'ISO weekday' }] },
        );
        expect(await found('postal_code')).toEqual(['one']);
        expect(await found('postalcode')).toEqual(['one']);
        expect(await found('quarterly')).toEqual(['two']);
        expect(await found('churn')).toEqual(['three']);
        expect(await found('shipments')).toEqual(['four']);
        expect(await found('invoices legacy')).toEqual(['five']);
        expect(await found('weekday')).toEqual(['six']);
        expect(await found('nothing')).toEqual([]);
      });

      it('all words before any word: any only where nothing has all', async () => {
        await tables('order_line', 'order_header', 'line_item');
        expect(await found('order line')).toEqual(['order_line']);
        expect(new Set(await found('order item'))).toEqual(new Set(['order_line', 'order_header', 'line_item']));
        const many = await tables('alpha_beta_gamma', 'alpha_beta', 'gamma');
        expect(many).toHaveLength(3);
        expect((await found('alpha beta delta'))[0]).toBe('alpha_beta');
      });

      it('a name of signs only as it is written', async () => {
        await tables('___', '%', 'a');
        expect(await found('___')).toEqual(['___']);
        expect(await found('%')).toEqual(['%']);
        expect(await found('--')).toEqual([]);
      });

      it('everything that the filter lets through when nothing is asked for', async () => {
        await tables('one', 'two');
        for (const query of ['', '   ', '\n\t', '\0']) expect(new Set(await found(query))).toEqual(new Set(['one', 'two']));
      });
    });

    describe('forgives one letter', () => {
      const OTHERS = [
        'payment',
        'rental',
        'inventory',
        'store',
        'staff',
        'category',
        'language',
        'address',
        'country',
        'city',
        'film',
        'actor',
      ];
      const mistyped = (word: string): string[] => {
        const all = new Set<string>();
        for (let at = 0; at < word.length; at++) {
          const [before, letter, after] = [word.slice(0, at), word[at]!, word.slice(at + 1)];
          all.add(before + after);
          all.add(before + letter + letter + after);
          all.add(`${before}x${after}`);
          if (after) all.add(before + after[0]! + letter + after.slice(1));
        }
        all.delete(word);
        return [...all];
      };
      it.each(['customer', 'city', 'film_actor', 'CustomerAddress', 'sales_by_store', 'Übersicht'])('anywhere in %j', async (name) => {
        await tables(...OTHERS.filter((each) => each !== name), name);
        await put({ path: ['shop', 'public', 'wide'], columns: columns(`${name}_id`, 'xity', 'sity') });
        const missed: string[] = [];
        for (const query of mistyped(name)) if (!(await found(query, { first: 5 })).slice(0, 5).includes(name)) missed.push(query);
        expect(missed).toEqual([]);
      });

      it('of one word of several, and in columns', async () => {
        await put({ path: ['d', 's', 'one'], columns: columns('postal_code') }, { path: ['d', 's', 'customer_orders'] });
        expect(await found('postla code')).toEqual(['one']);
        expect(await found('custmer orders')).toEqual(['customer_orders']);
      });

      it('and what begins with what was meant, the title that says least besides first', async () => {
        await tables('customer_value', 'customers', 'old_customer_orders');
        expect(await found('custmer')).toEqual(['customers', 'customer_value', 'old_customer_orders']);
      });

      it('but not a digit, and not after what is spelt so', async () => {
        await tables('part_2019', 'part_2018', 'form', 'from', 'forms');
        expect(await found('part_2019')).toEqual(['part_2019']);
        expect(await found('form')).toEqual(['form', 'forms', 'from']);
      });
    });

    describe('ranks', () => {
      it('the exact name first, then names that begin so, then words of names, then columns and the rest', async () => {
        await put(
          { path: ['d', 's', 'audit'], description: 'for the customer', tags: ['customer'] },
          { path: ['d', 's', 'visits'], columns: columns('customer') },
          { path: ['d', 's', 'old_customer'] },
          { path: ['d', 's', 'customer_orders'] },
          { path: ['d', 's', 'customer'] },
          { path: ['d', 's', 'custome'] },
        );
        const all = await found('customer');
        expect(all.slice(0, 3)).toEqual(['customer', 'customer_orders', 'old_customer']);
        expect(new Set(all.slice(3, 6))).toEqual(new Set(['visits', 'audit', 'custome']));
        expect(all.indexOf('audit')).toBeLessThan(all.indexOf('visits'));
      });

      it('of names that begin so the one that says least besides, and a whole word before one that only begins so', async () => {
        await tables('user_roles', 'users', 'user_events', 'user_account_settings_of_last_year');
        expect((await found('user')).slice(0, 1)).toEqual(['users']);
        await tables('invoice_settlements', 'invoice_subscriptions', 'exports_invoices', 'invoices_old');
        expect((await found('invoices')).slice(0, 2)).toEqual(['invoices_old', 'exports_invoices']);
      });

      it('a whole column, and a name that a description tells, above the same words in several places', async () => {
        await put(
          { path: ['d', 's', 'wallet_transactions'], columns: columns('id', 'wallet_id') },
          { path: ['d', 's', 'transactions_archive'], columns: columns('id') },
          { path: ['d', 's', 'events'], columns: columns('id', 'transaction_id') },
        );
        expect((await found('transaction_id'))[0]).toBe('events');
        expect((await found('transactionId'))[0]).toBe('events');
        await put(
          { path: ['d', 's', 'stock_77'], description: 'What the code is, is told elsewhere: sku.' },
          { path: ['d', 's', 'parts'], description: 'Holds what SKU-77 is made of.' },
        );
        expect((await found('sku77'))[0]).toBe('parts');
        expect((await found('SKU-77'))[0]).toBe('parts');
      });

      it('the number that was typed first, and the other one above names of more words', async () => {
        await tables('orders_old', 'order_items', 'orders', 'order', 'open_orders');
        expect((await found('orders')).slice(0, 2)).toEqual(['orders', 'order']);
        expect((await found('order')).slice(0, 2)).toEqual(['order', 'orders']);
        await put(
          { path: ['d', 's', 'category'], description: 'Known and owned.', ownerIds: [newId()] },
          { path: ['d', 's', 'categories'] },
          { path: ['d', 's', 'category_paths'] },
        );
        expect(await found('categories')).toEqual(['categories', 'category', 'category_paths']);
      });

      it('a schema and its table with a space between as with a dot', async () => {
        await put(
          { path: ['d', 'staging', 'stg_shop_customers'], description: 'Known.' },
          { path: ['d', 'shop', 'customers'] },
          { path: ['d', 'shop', 'customers_old'] },
        );
        for (const query of ['shop customers', 'd shop customers', 'shop.customers']) expect((await found(query))[0]).toBe('customers');
      });

      it('a qualified name first, among many of the same title', async () => {
        const documents = await put(...Array.from({ length: 30 }, (_, at) => ({ path: ['d', `tenant${at}`, 'customer'] })));
        for (const query of ['tenant17.customer', 'd.tenant17.customer', 'D.Tenant17.Customer']) {
          expect((await search(query)).hits[0]!.assetId).toBe(documents[17]!.id);
        }
      });

      it('described and owned above bare, and shorter names above longer', async () => {
        const [bare, described, owned] = await put(
          { path: ['d', 'a', 'sales'] },
          { path: ['d', 'b', 'sales'], description: 'Sums.' },
          { path: ['d', 'c', 'sales'], description: 'Sums.', ownerIds: [newId()] },
        );
        expect((await search('sales')).hits.map(({ assetId }) => assetId)).toEqual([owned!.id, described!.id, bare!.id]);
        await tables('region_of_the_world', 'region_x');
        expect(await found('region')).toEqual(['region_x', 'region_of_the_world']);
      });

      it('the same way each time', async () => {
        await put(...Array.from({ length: 40 }, (_, at) => ({ path: ['d', `s${at}`, 'same'] })));
        const first = (await search('same')).hits;
        expect((await search('same')).hits).toEqual(first);
        expect(new Set(first.map(({ assetId }) => assetId)).size).toBe(40);
      });
    });

    describe('counts and filters', () => {
      const owners = [newId(), newId()];
      beforeEach(() =>
        put(
          { path: ['d', 's', 'order'], tags: ['a', 'b'], labels: ['EMAIL', 'PHONE'], ownerIds: [owners[0]!] },
          {
            path: ['d', 's', 'order_line'],
            tags: ['a'],
            labels: ['EMAIL'],
            ownerIds: owners,
            kind: 'VIEW',
            updatedAt: new Date('2026-06-01T00:00:00Z'),
          },
          { path: ['e', 's', 'order_old'], deletedAt: new Date('2026-05-01T00:00:00Z') },
          { path: ['d', 's', 'order_hidden'], accessClass: hidden() },
          { path: ['d', 's', 'invoice'], tags: ['b'] },
        ),
      );

      it('matches by kind, source, domain, owner and tag', async () => {
        const sources = classes();
        const result = await search('order');
        expect(await result.count()).toEqual({ total: 3, isCapped: false });
        expect((await result.facets()).map(({ name }) => name)).toEqual(['kind', 'source', 'domain', 'owner', 'tag', 'label']);
        expect(await facetsOf('order')).toEqual({
          kind: { TABLE: 2, VIEW: 1 },
          source: { [sources[0]!.sourceId]: 2, [sources[1]!.sourceId]: 1 },
          domain: sources[1]!.domainId ? { [sources[1]!.domainId]: 1 } : {},
          owner: { [owners[0]!]: 2, [owners[1]!]: 1 },
          tag: { a: 2, b: 1 },
          label: { EMAIL: 2, PHONE: 1 },
        });
        expect((await result.facets()).find(({ name }) => name === 'tag')!.values.map(({ value }) => value)).toEqual(['a', 'b']);
      });

      it.each<[string, () => AssetFilter, string[]]>([
        ['kinds', () => ({ kinds: ['VIEW'] }), ['order_line']],
        ['no kind', () => ({ kinds: [] }), []],
        ['tags', () => ({ tags: ['b', 'c'] }), ['order']],
        ['labels', () => ({ labels: ['PHONE', 'CITY'] }), ['order']],
        ['no label', () => ({ labels: [] }), []],
        ['owners', () => ({ ownerIds: [owners[1]!] }), ['order_line']],
        ['being owned', () => ({ hasOwner: true }), ['order', 'order_line']],
        ['not being owned', () => ({ hasOwner: false }), ['order_hidden']],
        ['sources', () => ({ sourceIds: [classes()[1]!.sourceId] }), ['order_hidden']],
        ['a prefix of the name', () => ({ namePrefix: 'd.s.order_' }), ['order_line', 'order_hidden']],
        ['the last change', () => ({ updatedAfter: new Date('2026-03-01T00:00:00Z') }), ['order_line']],
        ['being there or not', () => ({ includeDeleted: true }), ['order', 'order_line', 'order_hidden', 'order_old']],
      ])('by %s', async (_, filter, expected) => {
        expect(new Set(await found('order', { filter: filter() }))).toEqual(new Set(expected));
        expect(await (await search('order', { filter: filter() })).count()).toEqual({ total: expected.length, isCapped: false });
        const { kind } = await facetsOf('order', { filter: filter() });
        expect(Object.values(kind!).reduce((sum, each) => sum + each, 0)).toBe(expected.length);
        const blank = await found('', { filter: filter() });
        for (const name of expected) expect(blank).toContain(name);
      });
    });

    describe('shows nothing of what is hidden', () => {
      const everything = async (query: string, as: VisibleClasses) => {
        const result = await search(query, { as });
        return {
          hits: result.hits,
          sought: result.sought,
          count: await result.count(),
          facets: await result.facets(),
          didYouMean: await result.didYouMean(),
        };
      };
      const QUERIES = [
        '',
        'customer',
        'custmer',
        'customer secret',
        'secret',
        'sekret',
        'customer order',
        'd.s.customer',
        'cust',
        'topsecret',
        'zebra customer',
      ];
      it('not in hits, order, totals, facets, sought words, what may have been meant, or in what is fallen back to', async () => {
        await put(
          { path: ['d', 's', 'customer_note'], tags: ['open'] },
          { path: ['d', 's', 'orders'], columns: columns('customer_id') },
          { path: ['d', 's', 'costumer'] },
        );
        const before = await Promise.all(QUERIES.map((query) => everything(query, [open()])));
        await put(
          ...[
            'customer',
            'customer_secret',
            'secret',
            'top_secret',
            'sekrit',
            'custmer',
            'zebra_customer',
            'customer_order',
            'customers',
          ].map((name) => ({
            path: ['d', 's', name],
            accessClass: hidden(),
            tags: ['open', 'secret'],
            ownerIds: [newId()],
            columns: columns('customer', 'secret'),
          })),
        );
        expect(await Promise.all(QUERIES.map((query) => everything(query, [open()])))).toEqual(before);
        expect((await search('secret', { as: 'all' })).hits.length).toBeGreaterThan(3);
        expect(await suggestion('zebbra', { as: [open()] })).toBeNull();
        expect(await suggestion('zebbra')).toBe('zebra');
      });

      it('not in what may have been meant by a word that only what was hidden since has', async () => {
        const [document] = await put({ path: ['d', 's', 'zebra'] }, { path: ['d', 's', 'customer'] });
        expect(await suggestion('zebbra', { as: [open()] })).toBe('zebra');
        await index().upsert([{ ...document!, accessClass: hidden() }]);
        expect(await suggestion('zebbra', { as: [open()] })).toBeNull();
        expect(await suggestion('zebbra', { as: [hidden()] })).toBe('zebra');
        await put({ path: ['d', 's', 'zebrafish'] });
        expect(await found('zebra', { as: [open()] })).toEqual(['zebrafish']);
        expect(await suggestion('zebbra', { as: [open()] })).toBeNull();
      });

      it('and nothing at all to who may see nothing', async () => {
        await tables('customer');
        for (const query of QUERIES) {
          expect(await everything(query, [])).toMatchObject({ hits: [], count: { total: 0 }, sought: { prefixes: [], exact: [] } });
          expect(await suggestion(query, { as: [] })).toBeNull();
          expect(await (await search(query, { as: [] })).facets()).toEqual(
            ['kind', 'source', 'domain', 'owner', 'tag', 'label'].map((name) => ({ name, values: [] })),
          );
        }
      });
    });

    describe('suggests what may have been meant', () => {
      beforeEach(() =>
        put(
          { path: ['d', 's', 'customer_orders'], columns: columns('postal_code'), description: 'What is shipped.' },
          { path: ['d', 's', 'form'] },
          { path: ['d', 's', 'from'] },
          { path: ['d', 's', 'forgotten_invoices'], deletedAt: new Date('2026-05-01T00:00:00Z') },
        ),
      );

      it.each([
        ['custmer', 'customer'],
        ['Custmer_ordres', 'customer_orders'],
        ['custmerOrders', 'customerOrders'],
        ['s.custmer', 's.customer'],
        ['customerordrs', 'customerorders'],
        ['  postla code ', 'postal code'],
      ])('by %j: %j', async (query, expected) => {
        expect(await suggestion(query)).toBe(expected);
        expect((await found(expected))[0]).toBe('customer_orders');
      });

      it('also where a letter more is wrong than a search forgives', async () => {
        expect(await found('cuzzomer')).toEqual([]);
        expect(await suggestion('cuzzomer')).toBe('customer');
        expect(await found('custrrrrrr')).toEqual([]);
        expect(await suggestion('custrrrrrr')).toBeNull();
        expect(await suggestion('fxrx')).toBeNull();
      });

      it.each([
        '',
        '%',
        'customer',
        'cust',
        'form',
        'shipped',
        'zebra',
        'customer zebra',
        'custmer zebra',
        'form from',
        'forgoten',
        '订单',
      ])('but not by %j, of which nothing is mistyped or nothing like it is there', async (query) => {
        expect(await suggestion(query)).toBeNull();
      });

      it('only what the filter lets through', async () => {
        expect(await suggestion('custmer', { filter: { kinds: ['VIEW'] } })).toBeNull();
        expect(await suggestion('custmer', { filter: { kinds: ['TABLE'] } })).toBe('customer');
        expect(await suggestion('forgoten', { filter: { includeDeleted: true } })).toBe('forgotten');
      });
    });

    describe('follows its documents', () => {
      it('renamed, deleted, revived, moved, and gone', async () => {
        const [document] = await put({ path: ['d', 's', 'first_name'], columns: columns('amount') });
        const write = (change: Partial<SearchDocument>): Promise<void> => {
          if (change.path) names.set(document!.id, change.path.at(-1)!);
          return index().upsert([{ ...document!, ...change }]);
        };
        await write({ path: ['d', 's', 'second'], name: 'd.s.second', columns: columns('total') });
        expect(await found('second')).toEqual(['second']);
        expect(await found('first')).toEqual([]);
        expect(await found('amount')).toEqual([]);
        expect(await found('total')).toEqual(['second']);
        await write({ deletedAt: new Date() });
        expect(await found('first_name')).toEqual([]);
        expect(await found('first_name', { filter: { includeDeleted: true } })).toEqual(['first_name'].map(() => 'second'));
        await write({});
        expect(await found('first_name')).toHaveLength(1);
        await write({ accessClass: hidden() });
        expect(await found('first_name', { as: [open()] })).toEqual([]);
        expect(await found('first_name', { as: [hidden()] })).toHaveLength(1);
        await index().delete([document!.id]);
        expect(await found('first_name', { filter: { includeDeleted: true } })).toEqual([]);
      });

      it('that come twice, or not at all', async () => {
        const [document] = await put({ path: ['d', 's', 'one'] });
        await index().upsert([document!]);
        await index().upsert([]);
        await index().delete([newId()]);
        expect(await (await search('one')).count()).toEqual({ total: 1, isCapped: false });
      });

      it('while pages are read: nothing twice, and nothing is missed that was there', async () => {
        const documents = await put(
          ...Array.from({ length: 25 }, (_, at) => ({ path: ['d', `s${at}`, at % 2 ? 'page' : 'page_of_many'] })),
        );
        const seen: string[] = [];
        for (let after: Parameters<SearchIndex['search']>[0]['after'] = null, round = 0; ; round++) {
          const result = await index().search({ query: 'page', filter: {}, classes: 'all', first: 4, after });
          const page = result.hits.slice(0, 4);
          seen.push(...page.map(({ assetId }) => assetId));
          if (result.hits.length <= 4) break;
          after = result.keyOf(page.at(-1)!);
          await put({ path: ['d', `new${round}`, 'page'] }, { path: ['d', `new${round}`, 'paging'] });
          await index().delete([page[0]!.assetId]);
        }
        expect(new Set(seen).size).toBe(seen.length);
        for (const { id } of documents) expect(seen).toContain(id);
      });
    });

    describe('takes any text', () => {
      it.each([
        ['operators', "& | ! ( ) : * ' \\ <-> !! :* ''' \\'"],
        ['words with operators', "a:* & !'b | (c <2> d) \\"],
        ['NUL', 'cus\0tomer'],
        ['half a pair', 'customer \ud800 \udc00'],
        ['emoji', '😀👩‍👩‍👧‍👦'],
        ['quotes', `"'\`´''`],
        ['percent and underscore', '%_%\\_'],
        ['100 KB of one word', 'a'.repeat(100_000)],
        ['100 KB of words', 'customer order '.repeat(7_000)],
        ['100 KB of signs', '(('.repeat(50_000)],
        ['100 KB of CJK', '订单'.repeat(20_000)],
        ['mixed', '\u202e\u0301\uFEFF\u200b ﷽ ₿ Ⅷ'],
        ['SQL', `'); drop table catalog.assets; --`],
      ])('%s', async (_, query) => {
        await tables('customer', 'orders');
        const result = await search(query);
        await result.facets();
        expect((await result.count()).total).toBeGreaterThanOrEqual(0);
      });

      it('in documents too', async () => {
        const odd = `it's "odd" \\ & | ! (:*) % _ <em>`;
        await put({
          path: ['d', "s'\\", odd],
          tags: [odd, '', '{"a",b}'],
          terms: [odd],
          description: odd.repeat(3_000),
          columns: [
            ...columns(odd, "'", '\\', ''),
            ...Array.from({ length: 3_000 }, (_, at) => ({ name: `${'long'.repeat(15)}_${at}`, description: 'words '.repeat(50) })),
          ],
        });
        expect(await found(odd)).toEqual([odd]);
        expect(await found('odd', { filter: { tags: ['{"a",b}'] } })).toEqual([odd]);
      });
    });

    it('tells which words it went for, so that they can be marked', async () => {
      await tables('Kundenübersicht');
      const { sought } = await search('kundenubersciht');
      expect(markText('die Kundenübersicht <b>', sought)).toBe('die <em>Kundenübersicht</em> &lt;b&gt;');
      expect(markText('nichts', sought)).toBeNull();
      const plural = await search('companies');
      expect(markText('every company, all companies', plural.sought)).toBe('every <em>company</em>, all <em>companies</em>');
    });
  });
}
