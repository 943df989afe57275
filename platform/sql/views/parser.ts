/**
 * PostgreSQL's parser, compiled to WebAssembly. SQL that is nested deeper than its stack breaks off in the middle of it: what it had of
 * memory and stack stays taken, and after some of that it fails, or never ends, for everybody. So it is used until it breaks off once.
 */
// @ts-expect-error The module has no types of its own; the package's other one has no way to begin anew.
import load from 'libpg-query/wasm/libpg-query.js';
import type { Select } from './tree.ts';

/** As the package's `parseSync` uses it. */
type Module = {
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, at: number, size: number): void;
  UTF8ToString(at: number): string;
  getValue(at: number, type: 'i32'): number;
  _malloc(size: number): number;
  _free(at: number): void;
  _wasm_parse_query_raw(sql: number): number;
  _wasm_free_parse_result(result: number): void;
};
type Tree = { stmts?: { stmt?: { SelectStmt?: Select } }[] };

const loadModule = load as () => Promise<Module>;

export type Parser = {
  /** The first statement, if it is a query. Undefined, too, for what is no SQL. Throws where it broke off: then a new parser is needed. */
  parse: (sql: string) => Select | undefined;
};

export async function createParser(): Promise<Parser> {
  const module = await loadModule();
  return {
    parse(sql) {
      const size = module.lengthBytesUTF8(sql) + 1;
      const text = module._malloc(size);
      module.stringToUTF8(sql, text, size);
      const result = module._wasm_parse_query_raw(text);
      // The tree, what it printed, and the error.
      const [tree, error] = [module.getValue(result, 'i32'), module.getValue(result + 8, 'i32')];
      const json = error || !tree ? '{}' : module.UTF8ToString(tree);
      module._free(text);
      module._wasm_free_parse_result(result);
      return (JSON.parse(json) as Tree).stmts?.[0]?.stmt?.SelectStmt;
    },
  };
}
