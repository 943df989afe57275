/** An operation as a command or a program. The token is always `$PURSIGHT_TOKEN`: its value never leaves the page. */
export type Operation = { query: string; variables?: Record<string, unknown>; operationName?: string };

/** `origin`: where this page is from; its server passes operations on. */
export function copyAsCurl(operation: Operation, origin: string): string {
  return [
    `curl --silent --show-error ${quoteForShell(`${origin}/graphql`)}`,
    `  --header "Authorization: Bearer $PURSIGHT_TOKEN"`,
    `  --header 'Content-Type: application/json'`,
    `  --data-raw ${quoteForShell(JSON.stringify(operation))}`,
  ].join(' \\\n');
}

/** Nothing has a meaning within single quotes but the quote that ends them. */
export const quoteForShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

export function copyAsPython({ query, variables, operationName }: Operation, origin: string): string {
  const body = [
    '"query": QUERY',
    ...(variables ? [`"variables": ${toPython(variables, 2)}`] : []),
    ...(operationName ? [`"operationName": ${toPython(operationName)}`] : []),
  ];
  return `import os

import requests

QUERY = ${quoteForPython(query)}

response = requests.post(
    ${toPython(`${origin}/graphql`)},
    headers={"Authorization": f"Bearer {os.environ['PURSIGHT_TOKEN']}"},
    json={
${body.map((line) => `        ${line},`).join('\n')}
    },
    timeout=60,
)
answer = response.json()
for error in answer.get("errors", []):
    print(error["message"])
print(answer.get("data"))
`;
}

/** A subscription, over the protocol graphql-transport-ws. */
export function copyAsPythonSocket(operation: Operation, origin: string): string {
  return `import asyncio
import json
import os

import websockets

QUERY = ${quoteForPython(operation.query)}

PAYLOAD = {
    "query": QUERY,${operation.variables ? `\n    "variables": ${toPython(operation.variables, 1)},` : ''}${
      operation.operationName ? `\n    "operationName": ${toPython(operation.operationName)},` : ''
    }
}


async def main():
    url = ${toPython(`${origin.replace(/^http/, 'ws')}/graphql`)}
    async with websockets.connect(url, subprotocols=["graphql-transport-ws"]) as socket:
        token = os.environ["PURSIGHT_TOKEN"]
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "connection_ack":
                await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": PAYLOAD}))
            elif message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))
            elif message["type"] == "next":
                print(json.dumps(message["payload"]))
            elif message["type"] in ("error", "complete"):
                print(json.dumps(message))
                break


asyncio.run(main())
`;
}

/** As it was typed, in lines. Only backslashes and quotes could mean something else there, and signs that no editor shows. */
export const quoteForPython = (text: string): string => `"""\\\n${escapeForPython(text.trim())}\n"""`;

const escapeForPython = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('"""', String.raw`\"\"\"`)
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);

const INDENT = '    ';

/** A value of JSON as Python writes it; JSON's strings and numbers are Python's, too. `depth`: how far it stands to the right. */
export function toPython(value: unknown, depth = 0): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((part) => toPython(part, depth + 1))
    : Object.entries(value as object).map(([key, part]) => `${JSON.stringify(key)}: ${toPython(part, depth + 1)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  const inner = INDENT.repeat(depth + 1);
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${INDENT.repeat(depth)}${close}`;
}
