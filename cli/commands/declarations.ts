import { Option, type Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { printJson } from '../output.ts';
import { say } from '../terminal.ts';

/** As in the schema; a test compares. */
export const TRANSFORMATIONS = ['DIRECT', 'CONDITIONAL', 'INDIRECT'];

const EDGE = 'edge { from to kind origin transformation validFrom validTo }';
const DECLARE = `mutation DeclareLineage($input: DeclareLineageInput!) { declareLineage(input: $input) { cursor ${EDGE} } }`;
const RETRACT = `mutation RetractLineage($input: RetractLineageInput!) { retractLineage(input: $input) { cursor ${EDGE} } }`;

type Payload = { edge: { from: string; to: string; validFrom: string; validTo: string | null } | null };
type Options = { reason: string; transformation?: string };

/** Below `lineage`: what people say flows, where no source tells of it. */
export function addDeclarationCommands(lineage: Command, context: (command: Command) => CommandContext): void {
  lineage
    .command('declare <from> <to>')
    .description('say that data flows from one asset to another, or from one column to another; each by its id')
    .requiredOption('--reason <words>', 'why you know, for people who meet it later')
    .addOption(
      new Option('--transformation <kind>', 'the value itself, what decides on the value, or what decides on the rows').choices(
        TRANSFORMATIONS.map((name) => name.toLowerCase()),
      ),
    )
    .action((from: string, to: string, options: Options, command: Command) => declare(context(command), from, to, options));
  lineage
    .command('retract <from> <to>')
    .description('take back what was declared; it stays in the history')
    .requiredOption('--reason <words>', 'why it is not so any more')
    .action((from: string, to: string, options: Options, command: Command) => retract(context(command), from, to, options));
}

async function declare(context: CommandContext, from: string, to: string, { reason, transformation }: Options): Promise<void> {
  const input = { from, to, reason, transformation: transformation?.toUpperCase() };
  const { declareLineage } = await context.client().request<{ declareLineage: Payload }>(DECLARE, { input });
  tell(context, declareLineage, ({ validFrom }) => `Declared, and valid since ${validFrom}.`);
}

async function retract(context: CommandContext, from: string, to: string, { reason }: Options): Promise<void> {
  const { retractLineage } = await context.client().request<{ retractLineage: Payload }>(RETRACT, { input: { from, to, reason } });
  tell(context, retractLineage, ({ validFrom, validTo }) => `Retracted. It was valid from ${validFrom} to ${validTo}.`);
}

function tell({ terminal, json }: CommandContext, payload: Payload, words: (edge: NonNullable<Payload['edge']>) => string): void {
  if (json) return printJson(terminal, payload);
  if (payload.edge) say(terminal, words(payload.edge));
}
