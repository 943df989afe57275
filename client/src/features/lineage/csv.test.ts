import { expect, it } from 'vitest';
import { toCsv } from './csv';

it('quotes what would break a row', () => {
  expect(toCsv([['a,b', 'say "x"', 'two\nlines', null, 3]])).toBe('"a,b","say ""x""","two\nlines",,3\r\n');
});
it('keeps a name from being taken for a formula, and a number a number', () => {
  expect(toCsv([['=1+1', '+x', '-x', '@x', '\tx', -2]])).toBe("'=1+1,'+x,'-x,'@x,'\tx,-2\r\n");
  expect(toCsv([['=HYPERLINK("x","y")']])).toBe('"\'=HYPERLINK(""x"",""y"")"\r\n');
});
