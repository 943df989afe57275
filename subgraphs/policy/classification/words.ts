/** A column's name as words: `clientIPAddress`, `CLIENT_IP_ADDR` and `client-ip-address` are the same three. */

/** One thing written in several ways. */
const SAME: Readonly<Record<string, string>> = {
  addr: 'address',
  adr: 'address',
  acc: 'account',
  acct: 'account',
  cust: 'customer',
  drivers: 'driver',
  emp: 'employee',
  enc: 'encrypted',
  ident: 'identification',
  img: 'image',
  lic: 'licence',
  license: 'licence',
  passwd: 'password',
  pic: 'picture',
  pw: 'password',
  pwd: 'password',
  soc: 'social',
  tel: 'telephone',
  telefone: 'telefon',
  telephone: 'telephone',
  usr: 'user',
};

/** Behind another word: `phone_no`. Before one they ask or count: `no_email`. */
const NUMBER = new Set(['no', 'nr', 'num', 'nbr', 'nmbr', 'numero', 'nummer']);

/** Lower case, without accents, in the order of the name; digits are words of their own. */
export function wordsOf(name: string): string[] {
  const parts = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/IP(?=v[46])/g, 'ip')
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .match(/\p{L}+|\d+/gu);
  const words: string[] = [];
  for (const part of parts ?? []) {
    if (part === 'mail' && words.at(-1) === 'e') words[words.length - 1] = 'email';
    else words.push(words.length > 0 && NUMBER.has(part) ? 'number' : (SAME[part] ?? part));
  }
  return words;
}

/** The words of which this one may be the plural. */
export function singularsOf(word: string): string[] {
  if (word.length < 4 || !word.endsWith('s') || word.endsWith('ss')) return [];
  return [
    word.slice(0, -1),
    ...(word.endsWith('es') ? [word.slice(0, -2)] : []),
    ...(word.endsWith('ies') ? [`${word.slice(0, -3)}y`] : []),
  ];
}
