-- Money, and the people who work here.
create schema finance;
comment on schema finance is 'Invoices, payments, the ledger, and staff';

create type finance.payment_method as enum ('card', 'bank_transfer', 'wallet', 'invoice');
create type finance.account_kind as enum ('asset', 'liability', 'income', 'expense', 'equity');
create domain finance.currency as char(3) check (value ~ '^[A-Z]{3}$');
create domain finance.iban as varchar(34) check (value ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$');
comment on domain finance.iban is 'International bank account number, without spaces';
create sequence finance.invoice_numbers start with 20250001;

create table finance.tax_rates (
  country char(2) not null,
  valid_during daterange not null,
  percent numeric(4, 2) not null,
  name text not null,
  primary key (country, name, valid_during)
);
comment on table finance.tax_rates is 'Value-added tax by country and time';

create table finance.exchange_rates (
  currency finance.currency not null,
  day date not null,
  euro_rate numeric(14, 6) not null check (euro_rate > 0),
  primary key (currency, day)
);
comment on table finance.exchange_rates is 'What one euro cost that day';

create table finance.invoices (
  invoice_id bigint generated always as identity primary key,
  invoice_number integer not null default nextval('finance.invoice_numbers') unique,
  order_id bigint not null,
  placed_at timestamptz not null,
  customer_id bigint not null references crm.customers,
  issued_on date not null,
  due_on date not null,
  net numeric(14, 2) not null,
  tax numeric(14, 2) not null,
  gross numeric(14, 2) generated always as (net + tax) stored,
  currency finance.currency not null default 'EUR',
  foreign key (order_id, placed_at) references sales.orders,
  check (due_on >= issued_on)
);
comment on table finance.invoices is 'One for each order that was paid or shipped; kept for ten years';
comment on column finance.invoices.invoice_number is 'Without gaps, as the tax law asks';
create index invoices_customer_id_idx on finance.invoices (customer_id) include (issued_on, gross);

-- Trouble: card numbers in clear text. They are the card schemes' published test numbers.
create table finance.payments (
  payment_id bigint generated always as identity primary key,
  invoice_id bigint not null references finance.invoices,
  method finance.payment_method not null,
  amount numeric(14, 2) not null check (amount > 0),
  paid_at timestamptz not null,
  card_number varchar(19),
  card_expires char(5),
  card_holder text,
  provider_reference uuid,
  provider_answer jsonb
);
comment on table finance.payments is 'Money received';
comment on column finance.payments.provider_answer is 'As the payment provider sent it';
create index payments_invoice_id_idx on finance.payments (invoice_id);

create table finance.refunds (
  refund_id bigint generated always as identity primary key,
  payment_id bigint not null references finance.payments,
  amount numeric(14, 2) not null check (amount > 0),
  reason text,
  refunded_at timestamptz not null
);
comment on table finance.refunds is 'Money given back';

create table finance.bank_accounts (
  bank_account_id bigint generated always as identity primary key,
  customer_id bigint not null references crm.customers on delete cascade,
  holder text not null,
  iban finance.iban not null,
  bic varchar(11),
  mandate_signed_on date
);
comment on table finance.bank_accounts is 'Accounts that customers allow to be debited';
comment on column finance.bank_accounts.iban is 'The customer''s account number';

create table finance.ledger_accounts (
  account_number char(4) primary key,
  name text not null,
  kind finance.account_kind not null,
  parent_number char(4) references finance.ledger_accounts
);
comment on table finance.ledger_accounts is 'The chart of accounts';

create table finance.journal_entries (
  entry_id bigint generated always as identity primary key,
  booked_on date not null,
  description text not null,
  source_document text
);
comment on table finance.journal_entries is 'Entries of the general ledger';

create table finance.journal_lines (
  entry_id bigint not null references finance.journal_entries on delete cascade,
  line_number smallint not null,
  account_number char(4) not null references finance.ledger_accounts,
  debit numeric(14, 2) not null default 0,
  credit numeric(14, 2) not null default 0,
  primary key (entry_id, line_number),
  constraint journal_lines_one_side_check check ((debit = 0) <> (credit = 0))
);
comment on table finance.journal_lines is 'Debit and credit of an entry';

create table finance.departments (
  department_id smallint primary key,
  name text not null unique,
  cost_centre integer not null unique,
  manager_id integer
);
comment on table finance.departments is 'Departments and their cost centres';

create table finance.employees (
  employee_id integer generated always as identity primary key,
  department_id smallint not null references finance.departments,
  reports_to integer references finance.employees,
  full_name text not null,
  work_email text not null unique,
  private_phone text,
  birth_date date not null,
  social_security_number varchar(12) unique,
  iban finance.iban not null,
  salary numeric(10, 2) not null check (salary > 0),
  employed_during daterange not null,
  emergency_contact jsonb
);
comment on table finance.employees is 'Staff, for payroll';
comment on column finance.employees.salary is 'Gross, in euro a month';
-- A second cycle: a department has a manager, who is an employee of a department.
alter table finance.departments add constraint departments_manager_fkey
  foreign key (manager_id) references finance.employees deferrable;

-- Trouble: a salary list by hand, without a key.
create table finance."Gehaltsliste 2024 final v2" (
  "Mitarbeiter" text,
  "Brutto" numeric(10, 2),
  "IBAN" text
);
