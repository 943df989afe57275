/** The names of relations, as SQL says them and as assets have them. */

/** Finds what a view is said to read by the name that its SQL uses: the schema may be missing there. */
export type Relations<Dependency> = { find: (schema: string | null, relation: string) => readonly Dependency[] };

export function createRelations<Dependency extends { name: string }>(dependsOn: readonly Dependency[]): Relations<Dependency> {
  const byRelation = Map.groupBy(
    dependsOn.map((dependency) => ({ dependency, path: pathOf(dependency.name) })),
    ({ path }) => path.at(-1) ?? '',
  );
  return {
    find: (schema, relation) =>
      (byRelation.get(relation) ?? []).filter(({ path }) => schema === null || path.at(-2) === schema).map(({ dependency }) => dependency),
  };
}

/** Of `database.schema.relation`, as `qualifiedName` writes it. */
const pathOf = (qualified: string): string[] =>
  (qualified.match(/"(?:[^"]|"")*"|[^.]+/g) ?? []).map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
