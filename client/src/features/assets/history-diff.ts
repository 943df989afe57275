/** Two snapshots of an asset compared, in the groups in which people look for changes. */
import type { DiffGroup, DiffMode, DiffRow } from '@/components/diff';
import { formatEnum } from '@/lib/format';

/** What an id is called; a snapshot has ids only. */
export type NameOf = (kind: 'user' | 'team' | 'domain' | 'term', id: string) => string;

type Json = Record<string, unknown>;
const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const mapOf = (value: unknown): Json => (isMap(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Undefined for what is not there: a null, an empty list, an empty text. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return undefined;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map((each) => textOf(each) ?? '').join(', ');
  if (isMap(value)) {
    return Object.entries(value)
      .map(([key, each]) => [key, textOf(each)] as const)
      .filter(([, text]) => text !== undefined)
      .map(([key, text]) => `${key}: ${text}`)
      .join(', ');
  }
  return String(value);
}

export const columnText = (column: unknown): string => {
  const { nativeType, nullable, default: usual, generated, ordinal } = mapOf(column);
  return [
    textOf(nativeType),
    nullable ? 'null' : 'not null',
    generated ? 'generated' : usual ? `default ${textOf(usual)}` : '',
    `position ${textOf(ordinal)}`,
  ]
    .filter(Boolean)
    .join(', ');
};
const peopleText = (owners: unknown, nameOf: NameOf): string | undefined =>
  textOf(
    listOf(owners)
      .map(mapOf)
      .map(
        ({ userId, teamId, role }) =>
          `${nameOf(userId ? 'user' : 'team', String(userId ?? teamId))} (${formatEnum(String(role)).toLowerCase()})`,
      )
      .toSorted(),
  );
const namesText = (ids: unknown, kind: 'term', nameOf: NameOf): string | undefined =>
  textOf(
    listOf(ids)
      .map((id) => nameOf(kind, String(id)))
      .toSorted(),
  );

const row = (id: string, name: string, before: string | undefined, after: string | undefined, mode: DiffMode, detail?: string): DiffRow[] =>
  before === after ? [] : [{ id, name, detail, mode, before, after }];

const COLUMN_PROPERTIES: readonly [property: string, word: string, mode: DiffMode][] = [
  ['nativeType', 'type', 'code'],
  ['nullable', 'null', 'value'],
  ['default', 'default', 'code'],
  ['generated', 'generated', 'value'],
  ['sourceDescription', 'comment in the source', 'prose'],
];
const MOVES_SHOWN = 3;

function columnRows(before: Json, after: Json): DiffRow[] {
  const moved: DiffRow[] = [];
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  const rows = names.flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (was === undefined || is === undefined) {
      return row(
        `/columns/${name}`,
        name,
        was === undefined ? undefined : columnText(was),
        is === undefined ? undefined : columnText(is),
        'code',
      );
    }
    moved.push(...row(`/columns/${name}/ordinal`, name, textOf(mapOf(was).ordinal), textOf(mapOf(is).ordinal), 'value', 'position'));
    return COLUMN_PROPERTIES.flatMap(([property, word, mode]) =>
      row(`/columns/${name}/${property}`, name, textOf(mapOf(was)[property]), textOf(mapOf(is)[property]), mode, word),
    );
  });
  // One new column moves all behind it.
  return moved.length <= MOVES_SHOWN
    ? [...rows, ...moved]
    : [
        ...rows,
        {
          id: '/columns/ordinal',
          name: `${moved.length} columns`,
          detail: 'positions',
          mode: 'value',
          before: 'as before',
          after: 'moved',
        },
      ];
}

const KEYS: readonly [property: string, word: string][] = [
  ['foreignKeys', 'foreign key'],
  ['uniqueKeys', 'unique key'],
  ['checks', 'check'],
  ['indexes', 'index'],
];
const keyText = (key: unknown): string | undefined => {
  if (key === undefined) return undefined;
  const { definition, expression, columns, referencesName, referencesColumns } = mapOf(key);
  if (definition ?? expression) return textOf(definition ?? expression);
  return `${textOf(columns) ?? ''}${referencesName ? ` → ${textOf(referencesName)} (${textOf(referencesColumns) ?? ''})` : ''}`;
};
const keyRows = (before: Json, after: Json): DiffRow[] => [
  ...row('/table/primaryKey', 'primary key', textOf(before.primaryKey), textOf(after.primaryKey), 'code'),
  ...KEYS.flatMap(([property, word]) => {
    const [was, is] = [mapOf(before[property]), mapOf(after[property])];
    return [...new Set([...Object.keys(is), ...Object.keys(was)])].flatMap((name) =>
      row(`/table/${property}/${name}`, name, keyText(was[name]), keyText(is[name]), 'code', word),
    );
  }),
];

function wordRows(before: Json, after: Json, nameOf: NameOf): DiffRow[] {
  const [was, is] = [mapOf(before.columns), mapOf(after.columns)];
  const domain = (id: unknown) => (typeof id === 'string' ? nameOf('domain', id) : undefined);
  return [
    ...row('/description', 'Description', textOf(before.description), textOf(after.description), 'prose'),
    ...row('/owners', 'People', peopleText(before.owners, nameOf), peopleText(after.owners, nameOf), 'prose'),
    ...row('/domainId', 'Domain', domain(before.domainId), domain(after.domainId), 'prose'),
    ...row('/termIds', 'Terms', namesText(before.termIds, 'term', nameOf), namesText(after.termIds, 'term', nameOf), 'prose'),
    ...row('/tags', 'Tags', textOf(listOf(before.tags).toSorted()), textOf(listOf(after.tags).toSorted()), 'prose'),
    ...Object.keys(is).flatMap((name) =>
      row(
        `/columns/${name}/description`,
        name,
        textOf(mapOf(was[name]).description),
        textOf(mapOf(is[name]).description),
        'prose',
        'description',
      ),
    ),
  ];
}

const factRows = (before: Json, after: Json): DiffRow[] => {
  const [was, is] = [mapOf(before.table), mapOf(after.table)];
  const fact = (property: string, word: string, mode: DiffMode = 'value') =>
    row(`/${property}`, word, textOf(before[property]), textOf(after[property]), mode);
  return [
    ...fact('kind', 'Kind'),
    ...fact('name', 'Name', 'code'),
    ...fact('sourceDescription', 'Comment in the source', 'prose'),
    ...fact('sourceOwner', 'Owner in the source'),
    ...row('/table/definition', 'Definition', textOf(was.definition), textOf(is.definition), 'code'),
    ...row('/table/partitioned', 'Partitioned', textOf(was.partitioned), textOf(is.partitioned), 'value'),
    ...fact('dependsOn', 'What it reads', 'code'),
    ...fact('deletedAt', 'Gone since'),
  ];
};

export type SnapshotDiff = { groups: DiffGroup[]; unchangedColumns: string[] };

export function diffSnapshots(before: unknown, after: unknown, nameOf: NameOf): SnapshotDiff {
  const [was, is] = [mapOf(before), mapOf(after)];
  const [wasColumns, isColumns] = [mapOf(was.columns), mapOf(is.columns)];
  const groups = [
    { title: 'Columns', rows: columnRows(wasColumns, isColumns) },
    { title: 'Keys and indexes', rows: keyRows(mapOf(was.table), mapOf(is.table)) },
    { title: 'Words and people', rows: wordRows(was, is, nameOf) },
    { title: 'Facts', rows: factRows(was, is) },
  ].filter(({ rows }) => rows.length > 0);
  return { groups, unchangedColumns: Object.keys(isColumns).filter((name) => same(wasColumns[name], isColumns[name])) };
}
