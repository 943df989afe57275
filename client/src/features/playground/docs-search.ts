import { isInputObjectType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

const MOST = 60;

/** Types and fields whose name has this in it; those that begin with it first. */
export function searchDocs(schema: GraphQLSchema, search: string): { type: string; field?: string }[] {
  const wanted = search.toLowerCase();
  const found: { type: string; field?: string; rank: number }[] = [];
  const look = (name: string, place: { type: string; field?: string }): void => {
    const at = name.toLowerCase().indexOf(wanted);
    if (at !== -1) found.push({ ...place, rank: (at === 0 ? 0 : 2) + (place.field ? 1 : 0) });
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    look(type.name, { type: type.name });
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))
      for (const field of Object.keys(type.getFields())) look(field, { type: type.name, field });
  }
  return found
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MOST)
    .map(({ type, field }) => ({ type, field }));
}
