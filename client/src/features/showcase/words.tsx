'use client';
import { Badge, Chip, Kbd, LabelChip } from '@/components/ui/badge';
import { Highlight } from '@/components/ui/highlight';
import { ASSET_KINDS, KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Owners, OwnerName, type OwnerLike } from '@/components/ui/people';
import { SEVERITIES, SeverityMark, SeverityWord } from '@/components/ui/severity';
import { StatusWord, type Status } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { formatEnum } from '@/lib/format';
import { State, type Specimen } from './specimen';

const TONES = ['neutral', 'accent', 'info', 'warning', 'error', 'critical', 'ok'] as const;

const Badges = () => (
  <>
    <State name="tones">
      {TONES.map((tone) => (
        <Badge key={tone} tone={tone}>
          {formatEnum(tone)}
        </Badge>
      ))}
      <Badge>10,000+</Badge>
    </State>
    <State name="a tag, a term">
      <Chip>finance</Chip>
      <Chip>
        <span className="truncate">A term whose name is longer than most</span>
      </Chip>
    </State>
    <State name="keys">
      <Kbd>⌘K</Kbd>
      <Kbd>Esc</Kbd>
      <Kbd>G</Kbd> then <Kbd>H</Kbd>
    </State>
  </>
);

const Labels = () => (
  <>
    <State name="confirmed">
      <LabelChip name="EMAIL" />
    </State>
    <State name="suggested">
      <LabelChip name="PERSON_NAME" state="SUGGESTED" confidence={0.914} />
      <LabelChip name="IBAN" state="SUGGESTED" confidence={0.999} />
    </State>
    <State name="rejected">
      <LabelChip name="PHONE" state="REJECTED" />
    </State>
  </>
);

const Severities = () => (
  <>
    <State name="beside its word">
      {SEVERITIES.map((severity) => (
        <SeverityWord key={severity} severity={severity} className="mr-2" />
      ))}
    </State>
    <State name="alone, with a number">
      {SEVERITIES.map((severity, index) => (
        <span key={severity} className="mr-2 inline-flex items-center gap-1 text-small text-fg-2">
          <SeverityMark severity={severity} /> {3 ** index}
        </span>
      ))}
    </State>
  </>
);

const STATUSES: Record<string, readonly Status[]> = {
  violations: ['OPEN', 'ACKNOWLEDGED', 'RESOLVED', 'WAIVED'],
  runs: ['QUEUED', 'RUNNING', 'COMPLETED', 'COMPLETED_WITH_WARNINGS', 'NEEDS_REVIEW', 'FAILED', 'CANCELLED'],
  policies: ['DRAFT', 'PUBLISHED', 'RETIRED'],
};

const Statuses = () =>
  Object.entries(STATUSES).map(([name, statuses]) => (
    <State key={name} name={name}>
      {statuses.map((status) => (
        <StatusWord key={status} status={status} className="mr-2" />
      ))}
    </State>
  ));

const Matches = () => (
  <State name="in a name, in a text">
    <span className="font-mono">
      <Highlight text="<em>cust</em>omers" />
    </span>
    <span>
      <Highlight text="What a <em>customer</em> has ordered, &lt;b&gt; is text" />
    </span>
  </State>
);

const Kinds = () => (
  <State name="each kind">
    {[...ASSET_KINDS, 'SOMETHING_NEW'].map((kind) => (
      <span key={kind} className="mr-2 inline-flex items-center gap-1.5">
        <KindIcon kind={kind} isNamed /> {formatEnum(kind)}
      </span>
    ))}
  </State>
);

const NAMES: Record<string, string> = {
  short: 'orders',
  'with its place': 'shop.sales.orders',
  'too long': 'warehouse.marts.v_payments_of_all_shops_in_all_countries.card_number',
  'too long, of one part': 'a_name_that_is_so_long_that_it_does_not_fit_into_its_place_in_any_way',
  'from right to left': 'מכירות.לקוחות',
  'mixed directions': 'sales.לקוחות_2026',
  emoji: '🦊 table.👩‍👩‍👧',
  'hidden characters': 'orders\u0000\u0007\u200b\u202Etxt.exe',
  'ideographs, accents': '売上.Ünïcödé',
  markup: '<script>alert(1)</script>',
};

const Names = () =>
  Object.entries(NAMES).map(([name, text]) => (
    <State key={name} name={name} className="w-64 max-w-full">
      <Name name={text} />
    </State>
  ));

const person: OwnerLike = { role: 'OWNER', user: { name: 'Ada Lovelace' } };
const team: OwnerLike = { role: 'STEWARD', team: { name: 'Payments team' } };
const stranger: OwnerLike = { role: 'OWNER', user: { name: 'عمر الخيام' } };
const long: OwnerLike = { role: 'OWNER', team: { name: 'A team whose name does not fit into its column' } };

const People = () => (
  <>
    <State name="a person, a team">
      <OwnerName owner={person} />
      <OwnerName owner={team} />
      <OwnerName owner={stranger} />
    </State>
    <State name="several">
      <Owners owners={[team, person, stranger]} />
    </State>
    <State name="too long" className="w-48">
      <Owners owners={[long, person]} />
    </State>
    <State name="nobody">
      <Owners owners={[]} />
    </State>
  </>
);

const MOMENT = '2026-11-22T18:00:00Z';

const Times = () => (
  <>
    {(['age', 'moment', 'clock', 'full'] as const).map((as) => (
      <State key={as} name={as}>
        <Time at={MOMENT} as={as} />
      </State>
    ))}
  </>
);

export const WORDS: readonly Specimen[] = [
  { name: 'Badge', States: Badges },
  { name: 'Label chip', States: Labels },
  { name: 'Severity mark', States: Severities },
  { name: 'Status mark', States: Statuses },
  { name: 'Match', States: Matches },
  { name: 'Kind icon', States: Kinds },
  { name: 'Name', States: Names },
  { name: 'Owner', States: People },
  { name: 'Time', States: Times },
];
