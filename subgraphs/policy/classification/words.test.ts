import { expect, it } from 'vitest';
import { singularsOf, wordsOf } from './words.ts';

it.each([
  ['client_ip_address', ['client', 'ip', 'address']],
  ['clientIPAddress', ['client', 'ip', 'address']],
  ['ClientIpAddress', ['client', 'ip', 'address']],
  ['CLIENT-IP-ADDR', ['client', 'ip', 'address']],
  ['client.ip address', ['client', 'ip', 'address']],
  ['e_mail', ['email']],
  ['eMail', ['email']],
  ['EMail', ['email']],
  ['e-mail', ['email']],
  ['address_line_1', ['address', 'line', '1']],
  ['AddressLine1', ['address', 'line', '1']],
  ['cvv2', ['cvv', '2']],
  ['phone_no', ['phone', 'number']],
  ['no_phone', ['no', 'phone']],
  ['IPv4', ['ipv', '4']],
  ['Straße', ['strasse']],
  ['contraseña', ['contrasena']],
  ['téléphone', ['telephone']],
  ['', []],
  ['__', []],
])('the words of %j are %j', (name, words) => expect(wordsOf(name)).toEqual(words));

it.each([
  ['emails', ['email']],
  ['addresses', ['addresse', 'address']],
  ['cities', ['citie', 'citi', 'city']],
  ['address', []],
  ['ips', []],
  ['email', []],
])('%j may be the plural of %j', (word, singulars) => expect(singularsOf(word)).toEqual(singulars));
