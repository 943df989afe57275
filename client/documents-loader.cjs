/**
 * Puts each operation's own text in the place of `graphql(`…`)`. What the generator writes is one module of all operations, which every page
 * would load; so a page has the operations of its own parts only. The text and its hash are those of `gql/persisted-documents.json`: with
 * fragments and type names, as the server knows it.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const DOCUMENTS = join(__dirname, 'src/gql/persisted-documents.json');
const CALL = /\bgraphql\(\s*`([^`]*)`,?\s*\)/g;
const NAMED = /\b(query|mutation|subscription|fragment)\s+(\w+)/;

let read = { text: '', byName: new Map() };

/** Hash and text of each operation by its name. */
function documentsByName() {
  const text = readFileSync(DOCUMENTS, 'utf8');
  if (text !== read.text) {
    const entries = Object.entries(JSON.parse(text)).map(([hash, document]) => [
      // Its fragments come with it, before or after.
      /\b(?:query|mutation|subscription)\s+(\w+)/.exec(document)[1],
      { hash, document },
    ]);
    read = { text, byName: new Map(entries) };
  }
  return read.byName;
}

module.exports = function loadDocuments(source) {
  if (!source.includes('graphql(`')) return source;
  this.addDependency(DOCUMENTS);
  const byName = documentsByName();
  const replaced = source.replace(CALL, (_call, text) => {
    const [, kind, name] = NAMED.exec(text) ?? [];
    // For the generator only: each operation has its fragments with it.
    if (kind === 'fragment') return 'undefined';
    const known = byName.get(name);
    if (!known) throw new Error(`The operation ${name} is not among the generated documents. Run \`npm run codegen\`.`);
    return `typedDocument(${JSON.stringify(known.document)}, ${JSON.stringify(known.hash)})`;
  });
  // After the directive, which must stay first.
  const [directive = ''] = /^(\s*\/\*[\s\S]*?\*\/)?\s*['"]use client['"];?/.exec(replaced) ?? [];
  return `${directive}import { typedDocument } from '@/lib/graphql/typed-document';${replaced.slice(directive.length)}`;
};
